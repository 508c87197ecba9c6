import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { createRecordingTftpObserver } from '../../../test/support/tftp-observer.ts'
import { openUdpClient, type UdpClient } from '../../../test/support/udp-client.ts'
import { createSystemClock } from '../../adapters/clock-system/system-clock.ts'
import type { TftpPacket } from '../../codec/tftp/packet.ts'
import type { BootFiles } from '../../ports/boot-files.ts'
import { openTftpServer, type TftpServerOptions } from './tftp-server.ts'

const FILE = Uint8Array.from({ length: 1300 }, (_, at) => at & 0xff)
const FILES: BootFiles = {
  find: (name) => {
    if (name === 'broken') throw new Error('the disk is gone')
    return name === 'arm64/ipxe.efi' ? { bytes: FILE, mediaType: 'application/efi' } : undefined
  },
}

const ack = (block: number): TftpPacket => ({ type: 'acknowledgement', block })

function readOf(name: string, options: Readonly<Record<string, string>> = {}, mode = 'octet'): TftpPacket {
  const asked = Object.entries(options).map(([option, value]) => ({ name: option, value }))
  return { type: 'read', name, mode, options: asked }
}

async function openServer(options: Partial<TftpServerOptions> = {}) {
  const log = createRecordingLog()
  const observe = createRecordingTftpObserver()
  const server = await openTftpServer({
    files: FILES,
    log,
    clock: createSystemClock(),
    host: '127.0.0.1',
    port: 0,
    observe,
    ...options,
  })
  return { server, log, observe }
}

async function fetchFrom(client: UdpClient, port: number, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  client.send(readOf(name), port)
  for (;;) {
    const { packet, port: from } = await client.receive()
    if (packet.type !== 'data') throw new Error(JSON.stringify(packet))
    pieces.push(packet.bytes)
    client.send(ack(packet.block), from)
    if (packet.bytes.length < 512) return Buffer.concat(pieces)
  }
}

describe.each(['single-port', 'usual'] as const)('in mode %s', (mode) => {
  test('a file is sent, and that is reported', async () => {
    const { server, observe } = await openServer({ mode })
    await using _server = server
    using client = await openUdpClient()

    expect(await fetchFrom(client, server.port, '//arm64/ipxe.efi')).toEqual(Buffer.from(FILE))
    expect(await observe.next('sent')).toMatchObject({
      name: 'arm64/ipxe.efi',
      address: '127.0.0.1',
      port: client.port,
      bytes: 1300,
      blockSize: 512,
      windowSize: 1,
    })
    expect(server.transfers).toBe(0)
  })

  test('answers come from the port that the mode says', async () => {
    const { server } = await openServer({ mode })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)

    const { port } = await client.receive()

    expect(port === server.port).toBe(mode === 'single-port')
  })

  test('a client that wanted the size only is no failure', async () => {
    const { server, observe } = await openServer({ mode })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi', { tsize: '0', blksize: '1468' }), server.port)
    const { packet, port } = await client.receive()
    client.send({ type: 'error', code: 8, message: 'User aborted the transfer' }, port)

    await observe.next('sizeAsked')

    expect(packet).toMatchObject({ options: [{ name: 'blksize' }, { name: 'tsize', value: '1300' }] })
    expect(observe.news).toHaveLength(1)
  })

  test('a client that falls silent is given up', async () => {
    const { server, observe } = await openServer({ mode, clock: createFakeClock() })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)

    expect(await observe.next('aborted')).toMatchObject({ reason: expect.stringContaining('did not answer') })
    expect(server.transfers).toBe(0)
  })

  test('running transfers are told when the server stops', async () => {
    const { server, observe } = await openServer({ mode })
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)
    await client.receive()

    await server[Symbol.asyncDispose]()

    expect((await client.receive()).packet).toMatchObject({ type: 'error', message: /stopped/ })
    expect(observe.news).toMatchObject([{ kind: 'aborted', reason: 'the TFTP server was stopped' }])
  })

  test('the same request once more starts nothing new', async () => {
    const { server } = await openServer({ mode })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)
    client.send(readOf('arm64/ipxe.efi'), server.port)
    const first = await client.receive()
    client.send(ack(1), first.port)

    expect((await client.receive()).packet).toMatchObject({ type: 'data', block: 2 })
    expect(client.waiting).toBe(0)
  })

  test('another request from the same port ends the transfer before', async () => {
    const { server, observe } = await openServer({ mode })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi', { tsize: '0' }), server.port)
    await client.receive()
    client.send(readOf('arm64/ipxe.efi'), server.port)

    expect((await client.receive()).packet).toMatchObject({ type: 'data', block: 1 })
    expect(observe.news).toMatchObject([{ kind: 'aborted', reason: 'the client asked anew' }])
    expect(server.transfers).toBe(1)
  })
})

test('somebody else at the port of a transfer gets error 5 and does not disturb it', async () => {
  const { server, observe } = await openServer({ mode: 'usual' })
  await using _server = server
  using client = await openUdpClient()
  using stranger = await openUdpClient()
  client.send(readOf('arm64/ipxe.efi'), server.port)
  const { port } = await client.receive()
  stranger.send(ack(1), port)

  expect((await stranger.receive()).packet).toMatchObject({ type: 'error', code: 5 })
  client.send(ack(1), port)
  expect((await client.receive()).packet).toMatchObject({ type: 'data', block: 2 })
  expect(observe.news).toMatchObject([{ kind: 'refused', reason: 'unknown transfer' }])
})

describe('what is refused', () => {
  test.each([
    ['a name that is none of ours', readOf('ipxe.efi'), 1, 'no such boot file'],
    ['a path', readOf('/etc/passwd'), 1, 'no such boot file'],
    ['a way out', readOf('../../etc/passwd'), 1, 'climbs out'],
    ['a way out from inside', readOf('arm64/../arm64/ipxe.efi'), 1, 'climbs out'],
    ['backslashes', readOf('arm64\\ipxe.efi'), 1, 'backslashes'],
    ['a stray byte', readOf('arm64/ipxe.efi\xff'), 1, 'stray byte ff'],
    ['a slash too many', readOf('arm64/ipxe.efi/'), 1, 'no such boot file'],
    ['another case', readOf('ARM64/ipxe.efi'), 1, 'no such boot file'],
    ['an attribute of objects', readOf('constructor'), 1, 'no such boot file'],
    ['text mode', readOf('arm64/ipxe.efi', {}, 'netascii'), 0, 'only octet'],
    ['mail', readOf('arm64/ipxe.efi', {}, 'mail'), 0, 'only octet'],
    ['writing', { type: 'write', name: 'x', mode: 'octet', options: [] } as const, 4, 'wanted to write'],
    ['a transfer nobody knows', ack(7), 5, 'unknown transfer'],
    ['a file that fails', readOf('broken'), 0, 'cannot be had now'],
    ['no TFTP', Buffer.from('GET / HTTP/1.1'), 4, 'no TFTP packet'],
  ])('%s', async (_what, packet, code, reason) => {
    const { server, observe } = await openServer()
    await using _server = server
    using client = await openUdpClient()
    client.send(packet, server.port)

    expect((await client.receive()).packet).toMatchObject({ type: 'error', code })
    expect(observe.news).toMatchObject([{ kind: 'refused', reason: expect.stringContaining(reason) }])
    expect(server.transfers).toBe(0)
  })

  test('text mode is told what to use', async () => {
    const { server } = await openServer()
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi', {}, 'netascii'), server.port)

    expect((await client.receive()).packet).toMatchObject({ message: expect.stringContaining('octet') })
  })

  test('errors are not answered', async () => {
    const { server, observe } = await openServer()
    await using _server = server
    using client = await openUdpClient()
    client.send({ type: 'error', code: 0, message: 'x' }, server.port)
    client.send(Buffer.from([0, 5]), server.port)
    client.send(ack(1), server.port)

    expect((await client.receive()).packet).toMatchObject({ code: 5 })
    expect(observe.news).toHaveLength(1)
  })

  test('a file that is too large', async () => {
    const { server } = await openServer({ limits: { maxFileBytes: 1299 } })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)

    expect((await client.receive()).packet).toMatchObject({ message: expect.stringContaining('HTTP') })
  })

  test('whoever asks too often is not answered, and is reported once', async () => {
    const { server, observe } = await openServer({ limits: { requests: { perSecond: 0.001, burst: 2 } } })
    await using _server = server
    using client = await openUdpClient()
    using other = await openUdpClient('127.0.0.2')
    for (let time = 0; time < 10; time += 1) client.send(readOf('nothing'), server.port)
    other.send(readOf('nothing'), server.port)
    await other.receive()

    expect(observe.news.filter(({ address }) => address === '127.0.0.1').map(({ reason }) => reason)).toEqual(
      [
        'there is no such boot file',
        'there is no such boot file',
        'it asks too often; until it asks less it gets no answer',
      ],
    )
  })
})

describe('how many transfers there may be', () => {
  test('of one address, while others are still served', async () => {
    const { server } = await openServer({ limits: { maxTransfersPerAddress: 1 } })
    await using _server = server
    using first = await openUdpClient()
    using second = await openUdpClient()
    using other = await openUdpClient('127.0.0.2')
    first.send(readOf('arm64/ipxe.efi'), server.port)
    await first.receive()
    second.send(readOf('arm64/ipxe.efi'), server.port)

    expect((await second.receive()).packet).toEqual({ type: 'error', code: 0, message: 'too many transfers' })
    expect(await fetchFrom(other, server.port, 'arm64/ipxe.efi')).toHaveLength(1300)
  })

  test('in all: who never answered makes room, who did stays', async () => {
    const { server, observe } = await openServer({ limits: { maxTransfers: 1 } })
    await using _server = server
    using silent = await openUdpClient()
    using alive = await openUdpClient()
    using late = await openUdpClient()
    silent.send(readOf('arm64/ipxe.efi'), server.port)
    await silent.receive()
    alive.send(readOf('arm64/ipxe.efi'), server.port)
    await alive.receive()
    alive.send(ack(1), server.port)
    await alive.receive()
    late.send(readOf('arm64/ipxe.efi'), server.port)

    expect((await late.receive()).packet).toMatchObject({ message: 'too many transfers' })
    expect(observe.news).toMatchObject([
      { kind: 'aborted', port: silent.port },
      { kind: 'refused', port: late.port },
    ])
  })

  test('a transfer that takes too long is ended', async () => {
    const { server, observe } = await openServer({ clock: createFakeClock(), limits: { lifeMs: 100 } })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('arm64/ipxe.efi'), server.port)

    expect(await observe.next('aborted')).toMatchObject({ reason: 'it took too long' })
  })
})

describe('listening', () => {
  test('a port in use is said with who holds it', async () => {
    const { server } = await openServer()
    await using _server = server
    const describePortHolder = async (port: number) => `dnsmasq on ${port} (pid 812)`

    await expect(openServer({ port: server.port, describePortHolder })).rejects.toMatchObject({
      code: 'port.in-use',
      message: expect.stringContaining(`dnsmasq on ${server.port} (pid 812)`),
    })
  })

  test.each(['192.0.2.1', 'localhost', ''])('"%s" is no address of this machine', async (host) => {
    await expect(openServer({ host })).rejects.toMatchObject({ code: 'address.unknown' })
  })

  test('what is found may depend on the address that was asked', async () => {
    const asked: unknown[] = []
    const files: BootFiles = { find: (name, client) => void asked.push([name, client]) }
    const { server } = await openServer({ files, host: '127.0.0.3' })
    await using _server = server
    using client = await openUdpClient()
    client.send(readOf('/x'), server.port, '127.0.0.3')

    await client.receive()

    expect(asked).toEqual([['x', { address: '127.0.0.1', localAddress: '127.0.0.3' }]])
  })
})
