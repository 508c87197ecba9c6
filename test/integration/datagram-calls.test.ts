import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { fc, test as property } from '@fast-check/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { loadDatagramCalls } from '../../src/adapters/sockets-linux/datagram-calls.ts'
import type { DatagramCalls } from '../../src/ports/datagram-calls.ts'
import { datagramHandleOf } from '../../src/ports/descriptor.ts'

const LOOPBACK = 0x7f000001
const IN_ONE_CALL = 32
const LONGEST = 2048

interface Datagram {
  readonly bytes: Buffer
  readonly address: number
  readonly port: number
}

interface Bound {
  readonly socket: Socket
  readonly descriptor: number
  readonly port: number
}

const calls = await theCalls()

async function theCalls(): Promise<DatagramCalls> {
  const loaded = await loadDatagramCalls()
  if (!loaded) throw new Error('koffi has no build for this machine')
  return loaded
}

/** Node.js reads it only when the event loop comes round: until then tests read themselves. */
async function bind(): Promise<Bound & Disposable> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const [descriptor, { port }] = [datagramHandleOf(socket).descriptor() ?? -1, socket.address()]
  return { socket, descriptor, port, [Symbol.dispose]: () => void socket.close() }
}

function receive({ descriptor }: Bound): readonly Datagram[] {
  const heard: Datagram[] = []
  calls.receive(descriptor, (bytes, address, port) =>
    heard.push({ bytes: Buffer.from(bytes), address, port }),
  )
  return heard
}

function send(from: Bound, to: Bound, ...all: readonly Uint8Array[]): readonly Datagram[] {
  const unsent: Datagram[] = []
  for (const bytes of all) calls.add(bytes.length, LOOPBACK, to.port)?.set(bytes)
  calls.flush(from.descriptor, (bytes, address, port) =>
    unsent.push({ bytes: Buffer.from(bytes), address, port }),
  )
  return unsent
}

property.prop([fc.array(fc.uint8Array({ maxLength: LONGEST }), { minLength: 1, maxLength: IN_ONE_CALL })])(
  'what is sent together arrives as it was, in its order, with who sent it',
  async (all) => {
    using sender = await bind()
    using receiver = await bind()

    expect(send(sender, receiver, ...all)).toEqual([])

    expect(receive(receiver)).toEqual(
      all.map((bytes) => ({ bytes: Buffer.from(bytes), address: LOOPBACK, port: sender.port })),
    )
    expect(receive(receiver)).toEqual([])
  },
)

test('each goes to whom it is for', async () => {
  using sender = await bind()
  using one = await bind()
  using other = await bind()

  for (const [number, { port }] of [one, other, one].entries()) {
    calls.add(1, LOOPBACK, port)?.fill(number)
  }
  calls.flush(sender.descriptor, () => expect.unreachable())

  expect(receive(one).map(({ bytes }) => [...bytes])).toEqual([[0], [2]])
  expect(receive(other).map(({ bytes }) => [...bytes])).toEqual([[1]])
})

test('more than one call brings comes with the next', async () => {
  using sender = await bind()
  using receiver = await bind()
  for (let call = 0; call < 2; call += 1) {
    send(sender, receiver, ...Array.from({ length: 20 }, (_, at) => Uint8Array.of(call, at)))
  }

  expect(receive(receiver)).toHaveLength(IN_ONE_CALL)
  expect(receive(receiver)).toHaveLength(40 - IN_ONE_CALL)
})

test('no memory is given for more than one call brings, nor for one that is too long', () => {
  onTestFinished(() => calls.flush(-1, () => undefined))

  expect(calls.add(LONGEST + 1, LOOPBACK, 1)).toBeUndefined()
  for (let count = 0; count < IN_ONE_CALL; count += 1) {
    expect(calls.add(LONGEST, LOOPBACK, 1)).toHaveLength(LONGEST)
  }
  expect(calls.add(1, LOOPBACK, 1)).toBeUndefined()
})

test('a longer one that arrives is cut off, and does not reach into the next', async () => {
  using sender = await bind()
  using receiver = await bind()
  const send = async (bytes: Buffer): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    sender.socket.send(bytes, receiver.port, '127.0.0.1', () => resolve())
    await promise
  }
  await send(Buffer.alloc(9000, 1))
  await send(Buffer.alloc(3, 2))

  const [long, short] = receive(receiver)

  expect(long?.bytes.equals(Buffer.alloc(LONGEST, 1))).toBe(true)
  expect(short?.bytes.equals(Buffer.alloc(3, 2))).toBe(true)
})

test('a socket that is closed brings nothing, and what it was to send is told', async () => {
  using receiver = await bind()
  const closed: Bound = { ...receiver, descriptor: -1 }

  expect(receive(closed)).toEqual([])
  const unsent = send(closed, receiver, Uint8Array.of(1), Uint8Array.of(2, 3))

  expect(unsent.map(({ bytes, ...to }) => ({ ...to, bytes: [...bytes] }))).toEqual([
    { address: LOOPBACK, port: receiver.port, bytes: [1] },
    { address: LOOPBACK, port: receiver.port, bytes: [2, 3] },
  ])
  expect(receive(receiver)).toEqual([])
})
