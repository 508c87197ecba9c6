import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createProber } from '../../src/adapters/prober-net/prober.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-probe-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const signal = () => AbortSignal.timeout(20_000)
const prober = createProber()
const garbage = () => createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n'))

test('a port that accepts is open, one that refuses is not', async () => {
  const port = await listening(createServer((socket) => socket.end()))

  expect((await prober.tcp('127.0.0.1', port, signal())).ok).toBe(true)
  expect(await prober.tcp('127.0.0.1', 1, signal())).toMatchObject({
    ok: false,
    detail: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a TLS handshake counts whatever the certificate, and its name is told', async () => {
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const subject = ['-subj', '/CN=edge-host', '-days', '1', '-nodes']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  })
  const port = await listening(createTls({ key: readFileSync(key), cert: readFileSync(cert) }))

  expect(await prober.tls('127.0.0.1', port, signal())).toMatchObject({
    ok: true,
    detail: expect.stringContaining('edge-host'),
  })
})

test('a port that talks something else, or closes, is no TLS', async () => {
  expect((await prober.tls('127.0.0.1', await listening(garbage()), signal())).ok).toBe(false)
})

test('a port that says nothing does not hold the prober up', async () => {
  const silent = await listening(createServer((socket) => socket.on('error', () => undefined)))
  const soon = new AbortController()
  const waiting = prober.tls('127.0.0.1', silent, soon.signal)

  soon.abort()

  expect(await waiting).toEqual({ ok: false, detail: 'stopped' })
})

test.each([
  [200, true],
  [302, true],
  [404, false],
  [500, false],
])('status %d is ok: %s', async (status, ok) => {
  const port = await listening(createHttp((_, response) => response.writeHead(status).end('x')))

  expect(await prober.http(`http://127.0.0.1:${port}/`, signal())).toEqual({
    ok,
    detail: `HTTP status ${status}`,
  })
})

test('an answer that is no HTTP is not ok', async () => {
  expect((await prober.http(`http://127.0.0.1:${await listening(garbage())}/`, signal())).ok).toBe(false)
})
