import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createFakeBootDesk } from '../../../test/support/fake-boot-desk.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { openServerCertificate, type ServerCertificate } from '../../adapters/tls-x509/server-certificate.ts'
import { openBootServer } from './boot-server.ts'

let tls: ServerCertificate

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'edgeboot-boot-tls-'))
  tls = await openServerCertificate({
    directory,
    names: [],
    clock: createFakeClock(Date.now()),
    leaf: 'boot',
  })
  await rm(directory, { recursive: true })
})

async function open(about: { advertise?: string } = {}) {
  const desk = createFakeBootDesk()
  const log = createRecordingLog()
  const server = await openBootServer({ desk, log, host: '127.0.0.1', port: 0, tls, ...about })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { desk, log, port: server.port }
}

async function get(port: number, path: string, ca = tls.authorityPem) {
  const asked = request({ host: '127.0.0.1', port, path, ca, agent: false }).end()
  const [answer] = await once(asked, 'response')
  return { status: answer.statusCode, body: await text(answer), version: answer.socket.getProtocol() }
}

test('a host that asks over HTTPS is told of HTTPS addresses only', async () => {
  const { port, desk } = await open()

  const { status, body } = await get(port, '/boot.ipxe')

  expect(status).toBe(200)
  expect(body).toContain(`https://127.0.0.1:${port}/ipxe?`)
  expect(body).not.toContain('http://')
  expect(desk.clients[0]?.base).toBe(`https://127.0.0.1:${port}`)
})

test('the port that is advertised is that of plain HTTP, and not used here', async () => {
  const { port, desk } = await open({ advertise: 'localhost:8080' })

  await get(port, '/boot.ipxe')

  expect(desk.clients[0]?.base).toBe(`https://localhost:${port}`)
})

test('a client that leaves in the middle of the handshake is told of in the log', async () => {
  const { port, log } = await open()

  const client = connect({ host: '127.0.0.1', port })
  client.end(Buffer.from([0x16, 0x03, 0x01])).resume()
  await once(client, 'close')
  // The server answers one request at a time of one event loop: once this is answered, it has seen the end of the other.
  await get(port, '/healthz')

  expect(log.lines.filter(({ message }) => message.includes('TLS handshake'))).toEqual([
    expect.objectContaining({ level: 'info', fields: { address: '127.0.0.1' } }),
  ])
})

test('a certificate of a stranger is not taken for ours', async () => {
  const { port } = await open()

  await expect(get(port, '/healthz', '')).rejects.toThrow(/unable to verify|self-signed/)
})

test('plain HTTP on this port, and garbage, end the connection', async () => {
  const { port } = await open()

  for (const bytes of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x16\x03\x01\xff\xff'.repeat(100)]) {
    const client = connect({ host: '127.0.0.1', port }).on('error', () => undefined)
    client.end(Buffer.from(bytes, 'latin1')).resume()
    await once(client, 'close')
  }

  expect((await get(port, '/healthz')).status).toBe(200)
})

test('TLS 1.1 is not spoken', async () => {
  const { port } = await open()

  const client = connectTls({
    ...{ host: '127.0.0.1', port, rejectUnauthorized: false },
    ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  } as const)
  const [error] = await once(client, 'error')

  expect(error.code).toMatch(/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS/)
})
