import { describe, expect, test } from 'vitest'
import type { TftpPacket } from '../../codec/tftp/packet.ts'
import type { DatagramCalls } from '../../ports/datagram-calls.ts'
import type { DatagramHandle } from '../../ports/descriptor.ts'
import { createDirectDatagrams } from './direct-datagrams.ts'
import { createPeer, type Peer } from './peer.ts'

const SOCKET = 7
const IN_ONE_CALL = 4
const LONGEST = 600
const CLIENT = createPeer('192.0.2.9', 1069)
const CLIENT_NUMBER = 0xc0000209
const ACKNOWLEDGEMENT = Uint8Array.of(0, 4, 0, 1)
const blockOf = (block: number, length = 512): TftpPacket => ({
  type: 'data',
  block,
  bytes: new Uint8Array(length).fill(block),
})

interface Given {
  /** How many datagrams each look finds; none when there is no more. */
  readonly arriving?: number[]
  /** Milliseconds by which the clock goes on each time it is read. */
  readonly tickMs?: number
  /** Of those flushed at a time the system takes so many. */
  readonly taken?: number
  /** Whether Node.js can be kept from reading. */
  readonly canPause?: boolean
  readonly onHear?: () => void
}

function open({ arriving = [], tickMs = 0.01, taken = IN_ONE_CALL, canPause = true, onHear }: Given = {}) {
  let now = 0
  let looks = 0
  let waiting: { bytes: Uint8Array; address: number; port: number }[] = []
  const heard: Peer[] = []
  const together: number[][] = []
  const rounds: (() => void)[] = []
  const otherwise: { bytes: Uint8Array; to: Peer }[] = []
  let isPaused = false
  let isClosed = false
  const handle: DatagramHandle = {
    descriptor: () => (isClosed ? undefined : SOCKET),
    pause: () => {
      isPaused = canPause
      return canPause
    },
    resume: () => {
      isPaused = false
    },
  }
  const calls: DatagramCalls = {
    receive(socket, hear) {
      expect(socket).toBe(SOCKET)
      looks += 1
      const count = arriving.shift() ?? 0
      for (let at = 0; at < count; at += 1) hear(ACKNOWLEDGEMENT, CLIENT_NUMBER, CLIENT.port)
      return count
    },
    add(length, address, port) {
      if (waiting.length === IN_ONE_CALL || length > LONGEST) return undefined
      const bytes = new Uint8Array(length)
      waiting.push({ bytes, address, port })
      return bytes
    },
    flush(socket, unsent) {
      expect(socket).toBe(SOCKET)
      const all = waiting
      waiting = []
      if (all.length > 0) together.push(all.slice(0, taken).map(({ bytes }) => bytes[3] ?? 0))
      for (const { bytes, address, port } of all.slice(taken)) unsent(bytes, address, port)
    },
  }
  const direct = createDirectDatagrams({
    calls,
    handle,
    hear: (_bytes, from) => {
      heard.push(from)
      onHear?.()
    },
    sendOtherwise: (bytes, to) => otherwise.push({ bytes, to }),
    now: () => {
      now += tickMs
      return now
    },
    nextRound: (round) => rounds.push(round),
  })
  return {
    direct,
    heard,
    together,
    otherwise,
    isPaused: () => isPaused,
    close: () => {
      isClosed = true
    },
    milliseconds: () => now,
    /** The event loop comes round. */
    comeRound: () => {
      for (const round of rounds.splice(0)) round()
    },
    pass: (ms: number) => {
      now += ms
    },
    /** How often it was looked for more in one round. */
    looksIn: (round: () => void): number => {
      looks = 0
      round()
      return looks
    },
  }
}

const nothing = (): void => undefined

describe('what is sent', () => {
  test('in a round goes together', () => {
    const { direct, together } = open()

    direct.round(() => {
      for (const block of [1, 2, 3]) expect(direct.send(blockOf(block), CLIENT)).toBe(true)
    })

    expect(together).toEqual([[1, 2, 3]])
  })

  test('goes in several calls when it is more than one brings', () => {
    const { direct, together } = open()

    direct.round(() => {
      for (let block = 1; block <= 6; block += 1) direct.send(blockOf(block), CLIENT)
    })

    expect(together).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ])
  })

  test('to those heard in the round goes in the round', () => {
    let block = 0
    const given: Given = {
      arriving: [2, 1],
      onHear: () => {
        block += 1
        direct.send(blockOf(block), CLIENT)
      },
    }
    const { direct, together, heard } = open(given)

    direct.round(nothing)

    expect(together).toEqual([[1, 2], [3]])
    expect(heard).toEqual([CLIENT, CLIENT, CLIENT])
  })

  test('outside a round, to IPv6 or too long for a call takes the other way, after what was before it', () => {
    const { direct, together } = open()

    expect(direct.send(blockOf(1), CLIENT)).toBe(false)
    direct.round(() => {
      direct.send(blockOf(2), CLIENT)
      expect(direct.send(blockOf(3), createPeer('2001:db8::1', 1))).toBe(false)
      expect(direct.send(blockOf(4, LONGEST), CLIENT)).toBe(false)
      expect(together).toEqual([[2]])
    })
  })

  test('by one that was closed takes the other way, and what it was given before goes', () => {
    const { direct, together } = open()

    direct.round(() => {
      direct.send(blockOf(1), CLIENT)
      direct.close()
      expect(direct.send(blockOf(2), CLIENT)).toBe(false)
    })

    expect(together).toEqual([[1]])
  })

  test('and not taken by the system takes the other way, as it was', () => {
    const { direct, otherwise } = open({ taken: 1 })

    direct.round(() => {
      direct.send(blockOf(1), CLIENT)
      direct.send({ type: 'error', code: 1, message: 'no' }, CLIENT)
    })

    expect(otherwise).toEqual([{ bytes: Uint8Array.of(0, 5, 0, 1, 0x6e, 0x6f, 0), to: CLIENT }])
  })

  test('goes although somebody failed in the round', () => {
    const { direct, together } = open()

    const round = () =>
      direct.round(() => {
        direct.send(blockOf(1), CLIENT)
        throw new Error('out of order')
      })

    expect(round).toThrow('out of order')
    expect(together).toEqual([[1]])
    expect(direct.send(blockOf(2), CLIENT)).toBe(false)
  })
})

describe('an answer', () => {
  test('of a client close by is waited for, a moment', () => {
    const { direct, heard, looksIn } = open({ arriving: [0, 0, 1, 0, 0, 0, 1] })

    expect(looksIn(() => direct.round(nothing))).toBeGreaterThan(7)

    expect(heard).toHaveLength(2)
  })

  test('is not waited for any more after three that did not come, until a moment later', () => {
    const { direct, looksIn, pass } = open()

    for (let round = 0; round < 3; round += 1) expect(looksIn(() => direct.round(nothing))).toBeGreaterThan(3)
    expect(looksIn(() => direct.round(nothing))).toBe(1)
    pass(101)
    expect(looksIn(() => direct.round(nothing))).toBeGreaterThan(3)
  })

  test('is not waited for on a socket that was closed meanwhile', () => {
    const { direct, close, milliseconds } = open()

    direct.round(() => {
      direct.close()
      close()
    })

    expect(milliseconds()).toBeLessThan(0.05)
  })

  test('is not waited for where several came at once', () => {
    const { direct, looksIn } = open({ arriving: [3, 2] })

    expect(looksIn(() => direct.round(nothing))).toBe(3)
  })
})

describe('a round ends in time, however much comes', () => {
  const endless = (): number[] => Array.from({ length: 1000 }, () => 1)

  test('and the next is after everybody else had a turn, without Node.js having read meanwhile', () => {
    const { direct, heard, looksIn, comeRound, isPaused } = open({ arriving: endless() })

    expect(looksIn(() => direct.round(nothing))).toBeLessThan(60)
    expect(isPaused()).toBe(true)
    expect(looksIn(comeRound)).toBeGreaterThan(3)
    expect(isPaused()).toBe(true)
    expect(heard.length).toBeGreaterThan(60)
  })

  test('and is longer while nobody else wants a turn, but not without end', () => {
    const { direct, looksIn, comeRound, pass } = open({ arriving: endless() })
    const first = looksIn(() => direct.round(nothing))

    const alone = [1, 2, 3, 4].map(() => looksIn(comeRound))
    pass(1)
    const afterOthers = looksIn(comeRound)

    expect(alone[0]).toBeGreaterThan(1.5 * first)
    expect(alone[1]).toBeGreaterThan(3 * first)
    expect(alone[3]).toBeLessThan(5 * first)
    expect(afterOthers).toBeLessThan(1.5 * first)
  })

  test('and Node.js reads again when nothing comes any more', () => {
    const { direct, heard, comeRound, isPaused } = open({ arriving: endless().slice(0, 70) })

    direct.round(nothing)
    while (isPaused()) comeRound()

    expect(heard).toHaveLength(70)
  })

  test('and Node.js reads again when somebody failed', () => {
    let isOutOfOrder = false
    const onHear = (): void => {
      if (isOutOfOrder) throw new Error('out of order')
    }
    const { direct, comeRound, isPaused } = open({ arriving: endless(), onHear })

    direct.round(nothing)
    isOutOfOrder = true

    expect(comeRound).toThrow('out of order')
    expect(isPaused()).toBe(false)
  })

  test('and when Node.js goes on reading, what it tells of is answered at once, without looking for more', () => {
    const { direct, looksIn, comeRound, together } = open({ arriving: endless(), canPause: false })

    expect(looksIn(() => direct.round(nothing))).toBeLessThan(60)
    expect(looksIn(() => direct.round(() => direct.send(blockOf(1), CLIENT)))).toBe(0)
    expect(together).toEqual([[1]])
    expect(looksIn(comeRound)).toBe(0)
    expect(looksIn(() => direct.round(nothing))).toBeGreaterThan(3)
  })
})
