import { describe, expect, test } from 'vitest'
import type { Pacing } from '../../../domain/pacing/pacing.ts'
import { createPace, GRANT_BYTES, type Place } from './pace.ts'

/** A pace whose event loop and clock move by hand. */
function aPace(pacing: Pacing) {
  let nowMs = 0
  const rounds: (() => void)[] = []
  const sleeping = new Map<() => void, number>()
  const pace = createPace(pacing, {
    now: () => nowMs,
    nextRound: (round) => rounds.push(round),
    wakeAfter: (ms, wake) => {
      sleeping.set(wake, nowMs + ms)
      return () => sleeping.delete(wake)
    },
  })
  const turnRound = (): void => {
    for (let next = rounds.shift(); next; next = rounds.shift()) next()
  }
  return {
    pace,
    turnRound,
    sleeping,
    /** Moves on to when it wants to look again, and no further than that time. */
    runUntil(untilMs: number): void {
      for (turnRound(); nowMs < untilMs; turnRound()) {
        const [wake, atMs] = [...sleeping][0] ?? []
        nowMs = Math.min(untilMs, atMs ?? untilMs)
        if (wake && atMs === nowMs) {
          sleeping.delete(wake)
          wake()
        }
      }
    },
  }
}

/** Sends as much as it may, up to a size. */
function aTransfer(place: Place, sizeBytes: number) {
  const transfer = { sent: 0 }
  const turn = {
    take(allowedBytes: number): number {
      const sent = Math.min(allowedBytes, sizeBytes - transfer.sent)
      transfer.sent += sent
      if (transfer.sent < sizeBytes) place.ask(turn)
      else place[Symbol.dispose]()
      return sent
    },
  }
  place.ask(turn)
  return transfer
}

describe('transfers within a budget', () => {
  test('send what it allows, the host that began first before the other', () => {
    const { pace, runUntil } = aPace({ bytesPerSecond: 1_000_000, order: 'first' })
    const first = aTransfer(pace.join('one', false), 1_000_000)
    const second = aTransfer(pace.join('two', false), 1_000_000)

    runUntil(1000)
    expect(first.sent).toBeGreaterThan(950_000)
    expect(first.sent + second.sent).toBeLessThanOrEqual(1_050_000)
    runUntil(2000)
    expect([first.sent, second.sent]).toEqual([1_000_000, 1_000_000])
  })

  test('what one does not take another one gets', () => {
    const { pace, runUntil } = aPace({ bytesPerSecond: 10_000_000, order: 'first' })
    pace.join('one', false).ask({ take: () => 1000 })
    const second = aTransfer(pace.join('two', false), 10_000_000)

    runUntil(0)
    expect(second.sent).toBe(499_000 - (499_000 % 4096))
  })

  test('a host is held back by its own bound alone', () => {
    const { pace, runUntil, turnRound } = aPace({ hostBytesPerSecond: 1_000_000, order: 'first' })
    const places = [pace.join('one', false), pace.join('two', false)] as const
    const transfers = places.map((place) => aTransfer(place, 2_000_000))

    turnRound()
    expect(transfers.map(({ sent }) => sent)).toEqual([12 * 4096, 12 * 4096])
    expect(places.map((place) => place.wasHeldBack())).toEqual([true, true])
    runUntil(1000)
    for (const { sent } of transfers) expect(sent).toBeGreaterThan(1_000_000)
    for (const { sent } of transfers) expect(sent).toBeLessThanOrEqual(1_050_000)
  })

  test('one that went away while it was held back leaves nothing behind', () => {
    const { pace, turnRound, sleeping } = aPace({ bytesPerSecond: 1_000_000, order: 'first' })
    const place = pace.join('one', false)
    const transfer = aTransfer(place, 10 * GRANT_BYTES)
    turnRound()
    const { sent } = transfer

    place[Symbol.dispose]()
    for (const wake of [...sleeping.keys()]) wake()
    turnRound()

    expect([transfer.sent, sleeping.size]).toEqual([sent, 0])
  })
})

test('who waits for the client and not in line is not held back', () => {
  const { pace, turnRound } = aPace({ bytesPerSecond: 1_000_000, order: 'first' })
  const place = pace.join('one', false)
  place.ask({ take: () => 1000 })
  turnRound()

  expect([place.wasHeldBack(), place.wasHeldBack()]).toEqual([true, false])
})
