import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDatastoreTransfers } from '../../src/adapters/hypervisor-vsphere/client/datastore-transfers.ts'
import {
  createHttpsTransport,
  type HttpsTransport,
} from '../../src/adapters/hypervisor-vsphere/client/https-transport.ts'
import { readText } from '../../src/adapters/hypervisor-vsphere/client/soap-exchange.ts'
import type { VsphereTrust } from '../../src/adapters/hypervisor-vsphere/settings/vsphere-settings.ts'
import { type LabCertificate, makeLabCertificate } from '../lab/vcenter/lab-certificate.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-transport-'))
const signal = () => AbortSignal.timeout(30_000)
const SESSION = { generation: 1, cookie: 'c', key: 'k' }
let certificate: LabCertificate
let open: { close(): unknown }[] = []

beforeAll(async () => {
  certificate = await makeLabCertificate(directory)
})
afterEach(() => {
  for (const one of open) one.close()
  open = []
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server with the lab's certificate, and how many bytes it was sent after the handshake. */
async function aServer(handle: Handler = (_, response) => response.end('ok')) {
  const { leaf } = certificate
  const server: Server = createHttpsServer({ key: leaf.keyPem, cert: leaf.certificatePem }, handle)
  let bytes = 0
  server.on('secureConnection', (socket) => socket.on('data', (chunk: Buffer) => (bytes += chunk.length)))
  server.on('tlsClientError', () => undefined)
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  open.push({
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  })
  const { port } = server.address() as AddressInfo
  return { url: new URL(`https://127.0.0.1:${port}/sdk`), bytes: () => bytes }
}

function to(url: URL, trust: VsphereTrust): HttpsTransport {
  const transport = createHttpsTransport(url, trust)
  open.push({ close: () => transport[Symbol.dispose]() })
  return transport
}
const pinned = (): VsphereTrust => ({ kind: 'thumbprint', thumbprint: certificate.thumbprintSha256 })
const post = { method: 'POST', path: '/sdk', headers: {}, body: 'password', silenceMs: 300 } as const

describe('the certificate', () => {
  test.each([
    ['of an authority that nobody knows', { kind: 'system' }],
    ['with another thumbprint', { kind: 'thumbprint', thumbprint: Array(32).fill('AB').join(':') }],
  ] as const)('%s: not a byte is sent', async (_, trust) => {
    const { url, bytes } = await aServer()
    const error = await to(url, trust)
      .send(post, signal())
      .catch((reason: unknown) => reason)

    expect(error).toMatchObject({ code: 'driver.untrusted' })
    expect(bytes()).toBe(0)
  })

  test('of a known authority for another name is not trusted either', async () => {
    const { url, bytes } = await aServer()
    const trust: VsphereTrust = { kind: 'authorities', pem: readFileSync(certificate.caFile, 'utf8') }
    const elsewhere = new URL(url.href.replace('127.0.0.1', '127.0.0.2'))

    await expect(to(elsewhere, trust).send(post, signal())).rejects.toMatchObject({
      code: 'driver.untrusted',
    })
    expect(bytes()).toBe(0)
    expect((await to(url, trust).send(post, signal())).statusCode).toBe(200)
  })

  test('that is pinned is enough, by either digest', async () => {
    const { url } = await aServer()
    for (const thumbprint of [certificate.thumbprintSha1, certificate.thumbprintSha256.toLowerCase()]) {
      expect((await to(url, { kind: 'thumbprint', thumbprint }).send(post, signal())).statusCode).toBe(200)
    }
  })

  test('of an authority of the system is trusted without a word', async () => {
    const { url } = await aServer()
    const module = join(
      import.meta.dirname,
      '../../src/adapters/hypervisor-vsphere/client/https-transport.ts',
    )
    const script = `
      import { createHttpsTransport } from ${JSON.stringify(module)}
      const transport = createHttpsTransport(new URL(${JSON.stringify(url.href)}), { kind: 'system' })
      const call = { method: 'GET', path: '/', headers: {}, silenceMs: 5000 }
      const response = await transport.send(call, AbortSignal.timeout(5000))
      console.log(response.statusCode)
      transport[Symbol.dispose]()`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', script],
      { env: { ...process.env, SSL_CERT_FILE: certificate.caFile } },
    )
    expect(stdout.trim()).toBe('200')
  })
})

describe('a server that stops', () => {
  test('before it answers: the call ends, and says that it was sent', async () => {
    const { url } = await aServer(() => undefined)
    await expect(to(url, pinned()).send(post, signal())).rejects.toMatchObject({
      code: 'driver.timeout',
      details: { sent: true },
    })
  })

  test('in the middle of its answer: the reading ends', async () => {
    const { url } = await aServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('<half')
    })
    const response = await to(url, pinned()).send(post, signal())
    await expect(readText(response, 'vc', signal())).rejects.toMatchObject({ code: 'driver.unreachable' })
  })

  test('reading what is uploaded: the upload ends', async () => {
    const { url } = await aServer((request) => request.pause())
    const body = async (request: NodeJS.WritableStream) => {
      const chunk = Buffer.alloc(256 * 1024)
      while (request.write(chunk) || (await once(request, 'drain'))) if (!request.writable) break
    }
    await expect(to(url, pinned()).send({ ...post, method: 'PUT', body }, signal())).rejects.toMatchObject({
      code: 'driver.timeout',
    })
  })

  test('before the handshake: closing the transport ends it at once', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    open.push({ close: () => silent.close() })
    const { port } = silent.address() as AddressInfo
    const transport = createHttpsTransport(new URL(`https://127.0.0.1:${port}/sdk`), pinned())
    const sending = transport.send(post, signal()).catch((reason: unknown) => reason)
    await once(silent, 'connection')
    const begun = Date.now()
    transport[Symbol.dispose]()

    expect(await sending).toMatchObject({ code: 'driver.unreachable' })
    expect(Date.now() - begun).toBeLessThan(5000)
  })

  test('is left at once by whoever gives up', async () => {
    const end = new AbortController()
    const { url } = await aServer(() => end.abort(new Error('enough')))
    const sending = to(url, pinned()).send({ ...post, silenceMs: 60_000 }, end.signal)
    await expect(sending).rejects.toThrow('enough')
  })
})

test.each([
  [403, 'driver.forbidden'],
  [507, 'driver.no-space'],
])(
  'an upload that is refused with HTTP %i before it was read is not sent to its end',
  async (status, code) => {
    const isoPath = join(directory, 'big.iso')
    const size = 128 * 1024 * 1024
    writeFileSync(isoPath, Buffer.alloc(size))
    // Node's own server would close the connection then; others go on reading.
    const { leaf } = certificate
    const ended = Promise.withResolvers<void>()
    const server = createTlsServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (socket) => {
      socket
        .on('error', () => undefined)
        .once('close', () => ended.resolve())
        .resume()
      socket.once('data', () => socket.write(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push({ close: () => server.close() })
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`)
    const transfers = createDatastoreTransfers(to(url, pinned()), (_, work) => work(SESSION))
    const file = { datacenterPath: '/DC0', datastore: 'ds', path: 'edgeboot/big.iso' }
    let sent = 0
    const onProgress = (bytes: number): void => {
      sent = bytes
    }

    await expect(transfers.upload(file, isoPath, { onProgress }, signal())).rejects.toMatchObject({ code })
    await ended.promise

    expect(sent).toBeLessThan(size)
  },
)
