import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Fate, runOverChannel } from '../../../test/support/tftp-over-lossy-channel.ts'
import type { TftpPacket } from '../../codec/tftp/packet.ts'
import { DEFAULT_TFTP_LIMITS } from './limits.ts'
import { planTransfer } from './plan-transfer.ts'
import { createTransferSession, type TransferSession, type TransferStep } from './transfer-session.ts'

const LIMITS = { ...DEFAULT_TFTP_LIMITS, maxBlockSize: 65_464 }

function fileOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff)
}

function sessionOf(file: Uint8Array, options: Readonly<Record<string, number>> = {}): TransferSession {
  const asked = Object.entries(options).map(([name, value]) => ({ name, value: String(value) }))
  return createTransferSession(planTransfer(file, asked, LIMITS), LIMITS)
}

const ack = (block: number): TftpPacket => ({ type: 'acknowledgement', block })
const numbers = ({ send }: TransferStep): readonly (number | string)[] =>
  send.map((packet) => (packet.type === 'data' ? packet.block : packet.type))

describe('a transfer', () => {
  test('without options begins with the first block', () => {
    const session = sessionOf(fileOf(600))

    const first = session.start()

    expect(first).toEqual({
      send: [{ type: 'data', block: 1, bytes: fileOf(600).subarray(0, 512) }],
      waitMs: 1000,
    })
    expect(session.onPacket(ack(1)).send).toEqual([
      { type: 'data', block: 2, bytes: fileOf(600).subarray(512) },
    ])
    expect(session.onPacket(ack(2))).toEqual({ send: [], end: { kind: 'sent' } })
  })

  test('with options acknowledges them and sends a window when that was acknowledged', () => {
    const session = sessionOf(fileOf(100), { windowsize: 4, blksize: 16, tsize: 0, timeout: 3 })

    expect(session.start()).toEqual({
      send: [
        {
          type: 'options',
          options: [
            { name: 'blksize', value: '16' },
            { name: 'tsize', value: '100' },
            { name: 'timeout', value: '3' },
            { name: 'windowsize', value: '4' },
          ],
        },
      ],
      waitMs: 3000,
    })
    expect(session.isAnswered).toBe(false)
    expect(numbers(session.onPacket(ack(0)))).toEqual([1, 2, 3, 4])
    expect(session.isAnswered).toBe(true)
    expect(numbers(session.onPacket(ack(4)))).toEqual([5, 6, 7])
    expect(session.onPacket(ack(7)).end).toEqual({ kind: 'sent' })
  })

  test.each([
    [0, 1],
    [511, 1],
    [512, 2],
    [513, 2],
  ])('a file of %i bytes has %i blocks, the last one short', (size, blocks) => {
    const run = runOverChannel(sessionOf(fileOf(size)), { windowSize: 1, blockSize: 512 }, [[1]])

    expect(run).toMatchObject({ end: { kind: 'sent' }, dataPackets: blocks })
    expect(run.received).toEqual(Buffer.from(fileOf(size)))
  })

  test('an acknowledgement inside the window starts the next window there', () => {
    const session = sessionOf(fileOf(1000), { windowsize: 4, blksize: 16 })
    session.start()
    session.onPacket(ack(0))

    expect(numbers(session.onPacket(ack(2)))).toEqual([3, 4, 5, 6])
    expect(numbers(session.onPacket(ack(4)))).toEqual([5, 6, 7, 8])
  })

  test('numbers roll over to 0', () => {
    const size = 70_000 * 8
    const run = runOverChannel(
      sessionOf(fileOf(size), { blksize: 8, windowsize: 64 }),
      { windowSize: 64, blockSize: 8 },
      [[1]],
      200_000,
    )

    expect(run).toMatchObject({ end: { kind: 'sent' }, isComplete: true, dataPackets: 70_001 })
    expect(Buffer.compare(run.received, fileOf(size))).toBe(0)
  })

  test('single blocks are never sent twice because an acknowledgement came twice', () => {
    const session = sessionOf(fileOf(100_000))
    session.start()

    for (let block = 1; block < 100; block += 1) {
      expect(numbers(session.onPacket(ack(block)))).toEqual([block + 1])
      expect(session.onPacket(ack(block))).toEqual({ send: [] })
      expect(session.onPacket(ack(block - 1))).toEqual({ send: [] })
    }
  })

  test('a window is sent again when its first block was lost, but not twice in a row', () => {
    const session = sessionOf(fileOf(10_000), { windowsize: 2, blksize: 16 })
    session.start()
    session.onPacket(ack(0))
    session.onPacket(ack(2))
    session.onPacket(ack(4))

    expect(numbers(session.onPacket(ack(4)))).toEqual([5, 6])
    expect(session.onPacket(ack(4))).toEqual({ send: [] })
    session.onPacket(ack(6))
    expect(session.onPacket(ack(6))).toEqual({ send: [] })
  })

  test('the same is sent six times with longer and longer waits, and then no more', () => {
    const session = sessionOf(fileOf(10))
    const waits = [session.start().waitMs]
    let step = session.onTimeout()
    for (; !step.end; step = session.onTimeout()) {
      expect(numbers(step)).toEqual([1])
      waits.push(step.waitMs)
    }

    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 8000])
    expect(step.end).toMatchObject({ kind: 'aborted', reason: expect.stringContaining('did not answer') })
  })

  test('a client that asked for a long wait is waited for as long each time', () => {
    const session = sessionOf(fileOf(10), { timeout: 20 })

    expect([session.start().waitMs, session.onTimeout().waitMs]).toEqual([20_000, 20_000])
  })

  test('after progress the waits begin anew', () => {
    const session = sessionOf(fileOf(2000))
    session.start()
    session.onTimeout()
    session.onTimeout()
    expect(session.isStalled).toBe(true)

    expect(session.onPacket(ack(1)).waitMs).toBe(1000)
    expect(session.isStalled).toBe(false)
  })

  test.each([8, 0])('error %i after the size was told means that only the size was wanted', (code) => {
    const session = sessionOf(fileOf(10), { tsize: 0 })
    session.start()

    expect(session.onPacket({ type: 'error', code, message: 'User aborted' })).toEqual({
      send: [],
      end: { kind: 'size-asked' },
    })
  })

  test('an error later on ends it, with what the client says', () => {
    const session = sessionOf(fileOf(1000), { tsize: 0 })
    session.start()
    session.onPacket(ack(0))

    expect(session.onPacket({ type: 'error', code: 3, message: 'disk full\n' })).toEqual({
      send: [],
      end: { kind: 'aborted', reason: 'the client ended it with error 3: disk full\\x0a' },
    })
  })
})

describe('what is asked and what is given', () => {
  const planOf = (options: Readonly<Record<string, string>>, limits = DEFAULT_TFTP_LIMITS) =>
    planTransfer(
      fileOf(10),
      Object.entries(options).map(([name, value]) => ({ name, value })),
      limits,
    )

  test('blocks fill a packet of the usual network and windows are bounded', () => {
    expect(planOf({ blksize: '65464', windowsize: '65535' })).toMatchObject({
      blockSize: 1468,
      windowSize: 64,
      acknowledged: [
        { name: 'blksize', value: '1468' },
        { name: 'windowsize', value: '64' },
      ],
    })
  })

  test('larger blocks have to be allowed, and make the window smaller', () => {
    expect(planOf({ blksize: '65464', windowsize: '64' }, LIMITS)).toMatchObject({
      blockSize: 65_464,
      windowSize: 2,
    })
  })

  test('the size of an empty file is not told', () => {
    const asked = [{ name: 'tsize', value: '0' }]

    expect(planTransfer(fileOf(1), asked, LIMITS).acknowledged).toEqual([{ name: 'tsize', value: '1' }])
    expect(planTransfer(fileOf(0), asked, LIMITS).acknowledged).toEqual([])
  })

  test('what is invalid or unknown is not acknowledged', () => {
    expect(planOf({ blksize: '1', timeout: '0', windowsize: 'x', multicast: '' })).toMatchObject({
      blockSize: 512,
      windowSize: 1,
      retryMs: 1000,
      acknowledged: [],
    })
  })
})

describe('whatever the network does', () => {
  const delay = fc.integer({ min: 1, max: 40 })
  const arrives: fc.Arbitrary<Fate> = delay.map((ms) => [ms])
  const twice: fc.Arbitrary<Fate> = fc.tuple(delay, delay)
  const lost: fc.Arbitrary<Fate> = fc.constant([])
  const kind = fc.record({
    size: fc.integer({ min: 0, max: 3000 }),
    blockSize: fc.integer({ min: 8, max: 200 }),
    windowSize: fc.integer({ min: 1, max: 20 }),
  })
  const run = (
    { size, blockSize, windowSize }: { size: number; blockSize: number; windowSize: number },
    fates: readonly Fate[],
  ) => {
    const file = fileOf(size)
    const session = sessionOf(file, { blksize: blockSize, windowsize: windowSize })
    return { file, ...runOverChannel(session, { blockSize, windowSize }, fates) }
  }

  property.prop([kind, fc.array(fc.oneof({ weight: 4, arbitrary: arrives }, twice, lost), { minLength: 1 })])(
    'the client has the very bytes, or a beginning of them and the session ended',
    (transfer, fates) => {
      const { file, end, received, isComplete } = run(transfer, fates)

      expect(end).toBeDefined()
      expect(Buffer.compare(received, file.subarray(0, received.length))).toBe(0)
      if (end?.kind === 'sent') expect(isComplete).toBe(true)
      if (isComplete) expect(received.length).toBe(file.length)
    },
  )

  property.prop([kind, fc.array(fc.oneof(arrives, twice), { minLength: 1 })])(
    'it always arrives when nothing is lost, however late, often and out of order',
    (transfer, fates) => {
      expect(run(transfer, fates)).toMatchObject({ end: { kind: 'sent' }, isComplete: true })
    },
  )

  property.prop([kind, fc.integer({ min: 1, max: 5 })])(
    'single blocks are sent once each, also when every packet comes twice',
    (transfer, ms) => {
      const blocks = Math.floor(transfer.size / transfer.blockSize) + 1

      expect(run({ ...transfer, windowSize: 1 }, [[ms, ms]])).toMatchObject({
        end: { kind: 'sent' },
        dataPackets: blocks,
      })
    },
  )

  property.prop([kind])(
    'acknowledgements that all come twice do not make every window be sent twice',
    (transfer) => {
      const { size, blockSize, windowSize } = transfer
      const session = sessionOf(fileOf(size), { blksize: blockSize, windowsize: windowSize })
      const twice: TransferSession = {
        ...session,
        onPacket(packet) {
          const first = session.onPacket(packet)
          return first.end ? first : { ...first, send: [...first.send, ...session.onPacket(packet).send] }
        },
      }
      const blocks = Math.floor(size / blockSize) + 1
      const { end, dataPackets } = runOverChannel(twice, transfer, [[1]])

      expect(end).toEqual({ kind: 'sent' })
      expect(dataPackets).toBeLessThanOrEqual(1.6 * blocks + windowSize)
    },
  )

  property.prop([kind, fc.array(fc.oneof(arrives, twice), { minLength: 1 })])(
    'without loss a block is sent three times on average at most, besides timeouts',
    ({ size, blockSize, windowSize }, fates) => {
      const session = sessionOf(fileOf(size), { blksize: blockSize, windowsize: windowSize })
      let timeouts = 0
      const counted: TransferSession = {
        ...session,
        onTimeout() {
          timeouts += 1
          return session.onTimeout()
        },
      }
      const { dataPackets } = runOverChannel(counted, { blockSize, windowSize }, fates)
      const blocks = Math.floor(size / blockSize) + 1

      expect(dataPackets).toBeLessThanOrEqual(3 * blocks + (5 + timeouts) * windowSize)
    },
  )

  property.prop([
    kind,
    fc.array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 0xffff }), fc.constant('timeout' as const))),
  ])(
    'no acknowledgements of any kind get other bytes, or more than a window at a time',
    (transfer, heard) => {
      const file = fileOf(transfer.size)
      const session = sessionOf(file, { blksize: transfer.blockSize, windowsize: transfer.windowSize })
      session.start()
      for (const what of heard) {
        const step = what === 'timeout' ? session.onTimeout() : session.onPacket(ack(what))

        expect(step.send.length).toBeLessThanOrEqual(transfer.windowSize)
        for (const packet of step.send) {
          if (packet.type !== 'data') continue
          const offset = (packet.block - 1) * transfer.blockSize
          expect(packet.bytes).toEqual(file.subarray(offset, offset + transfer.blockSize))
        }
        if (step.end) break
      }
    },
  )
})
