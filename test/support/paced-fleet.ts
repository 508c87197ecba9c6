import { createPacer } from '../../src/domain/pacing/pacer.ts'
import type { Pacing } from '../../src/domain/pacing/pacing.ts'

export interface PacedFleet {
  /** All are switched on at the same moment. */
  readonly hosts: number
  /** Of them so many may be on their way at a time; the next one begins when one is ready. */
  readonly atOnce: number
  /** What each downloads. */
  readonly bytes: number
  /** How long each installs afterwards. */
  readonly installMs: number
  /** What the network card of a host takes. */
  readonly hostBytesPerSecond: number
  readonly pacing: Pacing
}

/** Seconds from the moment at which all were switched on. */
export interface PacedFleetTimes {
  readonly meanSeconds: number
  readonly totalSeconds: number
}

const PIECE_BYTES = 1024 * 1024

/** A fleet on its way through the very pacer that servers use, by a clock of its own: the same numbers each time. */
export function simulatePacedFleet(fleet: PacedFleet): PacedFleetTimes {
  const { hosts, atOnce, bytes, installMs, hostBytesPerSecond, pacing } = fleet
  const pacer = createPacer<number>(pacing)
  const left = Array.from({ length: hosts }, () => bytes)
  const ready: number[] = []
  const happens = createAgenda()
  let begun = 0
  let now = 0

  const want = (host: number): void => pacer.want(host, Math.min(PIECE_BYTES, left[host] ?? 0))
  const begin = (): void => {
    if (begun === hosts) return
    pacer.begin(begun, `host ${begun}`, now)
    want(begun)
    begun += 1
  }
  for (let first = 0; first < Math.min(atOnce, hosts); first += 1) begin()
  while (ready.length < hosts) {
    happens.upTo(now)
    for (let grant = pacer.next(now); grant; grant = pacer.next(now)) {
      const { key: host, bytes: sent } = grant
      const after = (left[host] ?? 0) - sent
      left[host] = after
      const takenMs = now + (sent / hostBytesPerSecond) * 1000
      if (after > 0) happens.at(takenMs, () => want(host))
      else {
        pacer.end(host, now)
        happens.at(takenMs + installMs, () => {
          ready.push(now)
          begin()
        })
      }
    }
    const wakeMs = now + (pacer.waitMs(now) ?? Number.POSITIVE_INFINITY)
    now = Math.max(now, Math.min(wakeMs, happens.nextMs()))
  }
  const total = ready.reduce((sum, atMs) => sum + atMs, 0)
  return { meanSeconds: total / hosts / 1000, totalSeconds: Math.max(...ready) / 1000 }
}

/** What happens when, the earliest first: a heap, as there are as many entries as hosts. */
function createAgenda() {
  const heap: { readonly atMs: number; readonly what: () => void }[] = []
  const timeAt = (place: number): number => heap[place]?.atMs ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number): void => {
    const [a, b] = [heap[one], heap[other]]
    if (a && b) [heap[one], heap[other]] = [b, a]
  }
  const takeFirst = (): void => {
    swap(0, heap.length - 1)
    const first = heap.pop()
    for (let place = 0; ; ) {
      const child = timeAt(2 * place + 2) < timeAt(2 * place + 1) ? 2 * place + 2 : 2 * place + 1
      if (timeAt(child) >= timeAt(place)) break
      swap(child, place)
      place = child
    }
    first?.what()
  }
  return {
    nextMs: () => timeAt(0),
    at(atMs: number, what: () => void): void {
      heap.push({ atMs, what })
      for (let place = heap.length - 1; place > 0; ) {
        const parent = (place - 1) >> 1
        if (timeAt(parent) <= timeAt(place)) break
        swap(place, parent)
        place = parent
      }
    },
    upTo(nowMs: number): void {
      while (timeAt(0) <= nowMs) takeFirst()
    },
  }
}
