import type { ThroughputSample } from '../domain/throughput.ts'
import type { TransferObserver } from '../ports/boot-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { LoopGauge } from '../ports/loop-gauge.ts'

/** Length of an interval, in milliseconds. */
export const INTERVAL_MS = 5000
/** One hour. */
const KEPT = 720

/** Counts what transfers send, by what their observers are told anyway. */
export interface TransferMeter {
  /** The same observer, counted. `who` downloads: a host, or the address of somebody unknown; absent for a cache. */
  count(observer: TransferObserver, who?: string): TransferObserver
}

/** What was sent in the last hour. */
export interface Throughput {
  /** Oldest first; those that ended later than `after`, epoch milliseconds. */
  samples(after?: number): readonly ThroughputSample[]
  /** Bytes per second of each download under way, over the last interval. */
  rates(): readonly number[]
}

interface Running {
  readonly who: string | undefined
  bytes: number
  /** What it had sent at the end of the last interval, and when that was, or when it began. */
  bytesBefore: number
  since: number
}

/** Takes a sample whenever it is told that an interval is over. */
export function createThroughput({
  clock,
  loop,
}: {
  readonly clock: Clock
  readonly loop: LoopGauge
}): TransferMeter & Throughput & { sample(): void } {
  const running = new Set<Running>()
  const kept: ThroughputSample[] = []
  let rates: readonly number[] = []
  let sent = 0
  let told = 0

  return {
    count(observer, who) {
      const transfer: Running = { who, bytes: 0, bytesBefore: 0, since: clock.now() }
      const upTo = (bytes: number): void => {
        sent += bytes - transfer.bytes
        transfer.bytes = bytes
      }
      return {
        started: () => {
          transfer.since = clock.now()
          running.add(transfer)
          observer.started()
        },
        progress: (bytes) => {
          upTo(bytes)
          observer.progress(bytes)
        },
        finished: (bytes) => {
          upTo(bytes)
          running.delete(transfer)
          observer.finished(bytes)
        },
        aborted: (bytes, reason) => {
          upTo(bytes)
          running.delete(transfer)
          observer.aborted(bytes, reason)
        },
      }
    },
    sample() {
      const at = clock.now()
      // A transfer that is cut off has sent less than it said before: that is taken from what is sent next.
      const bytes = Math.max(0, sent - told)
      told += bytes
      const who = new Set([...running].flatMap((transfer) => transfer.who ?? []))
      rates = [...running].flatMap((transfer) => rateOf(transfer, at) ?? [])
      for (const transfer of running) {
        transfer.bytesBefore = transfer.bytes
        transfer.since = at
      }
      kept.push({ at, bytes, transfers: running.size, hosts: who.size, busy: loop.busy() })
      if (kept.length > KEPT) kept.shift()
    },
    samples: (after) => (after === undefined ? [...kept] : kept.filter(({ at }) => at > after)),
    rates: () => rates,
  }
}

/** Takes samples until it is disposed. */
export function openThroughput(
  parts: Parameters<typeof createThroughput>[0],
): TransferMeter & Throughput & Disposable {
  const meter = createThroughput(parts)
  const end = new AbortController()
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await parts.clock.sleep(INTERVAL_MS, end.signal)
      meter.sample()
    }
  }
  // It rejects with the reason of its end and nothing else.
  run().catch(() => undefined)
  return { ...meter, [Symbol.dispose]: () => end.abort(new Error('nobody measures any more')) }
}

function rateOf({ bytes, bytesBefore, since }: Running, now: number): number | undefined {
  return now > since ? Math.max(0, Math.round(((bytes - bytesBefore) * 1000) / (now - since))) : undefined
}
