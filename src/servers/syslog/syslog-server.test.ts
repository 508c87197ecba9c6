import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { openSyslogServer, type SyslogServerOptions } from './syslog-server.ts'

interface Received {
  readonly text: string
  readonly address: string
}

async function openServer(given: Partial<SyslogServerOptions> = {}) {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const log = createRecordingLog()
  const server = await openSyslogServer({
    host: '127.0.0.1',
    port: 0,
    receive: ({ text }, { address }) => {
      received.push({ text, address })
      for (const look of waiting) look()
    },
    clock: createFakeClock(),
    log,
    ...given,
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return {
    server,
    log,
    received,
    whenReceived: (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => received.some((one) => one.text === text) && resolve()
        waiting.add(look)
        look()
      }),
  }
}

async function send(port: number, ...texts: readonly string[]): Promise<void> {
  await sendFrom('127.0.0.1', port, ...texts)
}

async function sendFrom(address: string, port: number, ...texts: readonly string[]): Promise<void> {
  const socket = createSocket('udp4').bind(0, address)
  await once(socket, 'listening')
  for (const text of texts) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.send(text, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()))
    await promise
  }
  socket.close()
}

describe('the syslog server', () => {
  test('tells what arrives and where it came from, pieces of a line together', async () => {
    const { server, received, whenReceived } = await openServer()

    await send(server.port, '<6>ipxe: one', `[    0.000000] ${'a'.repeat(985)}`, 'b\n', '<6>ipxe: two')
    await whenReceived('two')

    expect(received).toEqual([
      { text: 'one', address: '127.0.0.1' },
      { text: `[    0.000000] ${'a'.repeat(985)}b`, address: '127.0.0.1' },
      { text: 'two', address: '127.0.0.1' },
    ])
  })

  test('addresses of IPv4 are told as such when it listens for both', async () => {
    const { server, received, whenReceived } = await openServer({ host: '::' })

    await send(server.port, '<6>ipxe: one')
    await whenReceived('one')

    expect(received).toEqual([{ text: 'one', address: '127.0.0.1' }])
  })

  test('drops what is too much of one address, lets others in, and says so once', async () => {
    const limits = { perAddress: { perSecond: 1, burst: 3 } }
    const { server, log, received, whenReceived } = await openServer({ limits })
    await send(server.port, ...Array.from({ length: 20 }, (_, at) => `<6>ipxe: ${at}`))
    await sendFrom('127.0.0.2', server.port, '<6>ipxe: other')
    await whenReceived('other')

    await server[Symbol.asyncDispose]()

    expect(received.map(({ text }) => text)).toEqual(['0', '1', '2', 'other'])
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { ofOneAddress: 17, inAll: 0, lastAddress: '127.0.0.1' } },
    ])
  })

  test('all together are limited as well', async () => {
    const limits = { inAll: { perSecond: 0, burst: 1 }, tellEveryMs: 1 }
    const warned = Promise.withResolvers<unknown>()
    const log = { ...createRecordingLog(), warn: (fields: unknown) => warned.resolve(fields) }
    const { server, received, whenReceived } = await openServer({ limits, log })
    await send(server.port, '<6>ipxe: first')
    await whenReceived('first')

    await sendFrom('127.0.0.2', server.port, '<6>ipxe: second')

    expect(await warned.promise).toEqual({ ofOneAddress: 0, inAll: 1, lastAddress: '127.0.0.2' })
    expect(received).toHaveLength(1)
  })

  test('long messages count for more', async () => {
    const limits = { perAddress: { perSecond: 0, burst: 8 } }
    const { server, received, whenReceived } = await openServer({ limits })

    await send(server.port, `<6>ipxe: ${'x'.repeat(6000)}`, `<6>ipxe: ${'y'.repeat(6000)}`, '<6>ipxe: short')
    await whenReceived('short')

    expect(received.map(({ text }) => text.length)).toEqual([6000, 5])
  })

  test('an unfinished line is told when the server stops', async () => {
    const { server, received, whenReceived } = await openServer()
    await send(server.port, '6,1,1,-,ncfrag=0/30;begin', '<6>ipxe: then')
    await whenReceived('then')

    await server[Symbol.asyncDispose]()

    expect(received.at(-1)?.text).toBe('begin…')
  })

  test('a receiver that fails ends nothing', async () => {
    const seen: string[] = []
    const both = Promise.withResolvers<void>()
    const { server, log } = await openServer({
      receive: ({ text }) => {
        seen.push(text)
        if (seen.length === 2) both.resolve()
        throw new Error('no')
      },
    })

    await send(server.port, '<6>ipxe: one', '<6>ipxe: two')
    await both.promise

    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2)
  })

  test('a port that is taken is named with who has it', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address()
    const describeHolder = async () => 'rsyslogd (pid 812)'

    await expect(openServer({ port, describeHolder })).rejects.toMatchObject({
      code: 'port.in-use',
      message: `UDP port ${port} is in use by rsyslogd (pid 812): stop that, or choose another with --syslog-port`,
    })
  })

  test('an address that this machine does not have is refused', async () => {
    await expect(openServer({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'address.unknown' })
  })
})
