import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import type { TransferObserver } from '../ports/boot-desk.ts'
import type { Clock } from '../ports/clock.ts'
import { createThroughput, openThroughput } from './throughput.ts'

const silent: TransferObserver = {
  started: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
  aborted: () => undefined,
}

function aMeter() {
  const clock = createFakeClock(0)
  const meter = createThroughput({ clock, loop: { busy: () => 0.25 } })
  const interval = () => {
    clock.advance(5000)
    meter.sample()
    return meter.samples().at(-1)
  }
  return { clock, interval, meter }
}

describe('a sample', () => {
  test('has what was sent in its interval, and who downloads at its end', () => {
    const { interval, meter } = aMeter()
    const [one, two, cache] = [meter.count(silent, 'a'), meter.count(silent, 'a'), meter.count(silent)]
    for (const transfer of [one, two, cache]) transfer.started()
    one.progress(1000)
    two.progress(300)

    expect(interval()).toEqual({ at: 5000, bytes: 1300, transfers: 3, hosts: 1, busy: 0.25 })
    expect(meter.rates()).toEqual([200, 60, 0])

    one.finished(1500)
    cache.finished(7)
    expect(interval()).toEqual({ at: 10_000, bytes: 507, transfers: 1, hosts: 1, busy: 0.25 })
    expect(meter.rates()).toEqual([0])
  })

  test('says the rate of a download since that began', () => {
    const { clock, interval, meter } = aMeter()
    clock.advance(4000)
    const transfer = meter.count(silent, 'a')
    transfer.started()
    transfer.progress(9000)

    interval()

    expect(meter.rates()).toEqual([1800])
  })

  test('takes back what a cut connection did not take', () => {
    const { interval, meter } = aMeter()
    const cut = meter.count(silent, 'a')
    cut.started()
    cut.progress(1000)
    expect(interval()?.bytes).toBe(1000)

    cut.aborted(600, 'gone')
    expect(interval()?.bytes).toBe(0)

    const next = meter.count(silent, 'a')
    next.started()
    next.finished(1000)
    expect(interval()?.bytes).toBe(600)
  })

  test('is kept for an hour, and told only to those who have it not yet', () => {
    const { interval, meter } = aMeter()
    for (let index = 0; index < 800; index++) interval()

    expect(meter.samples()).toHaveLength(720)
    expect(meter.samples(799 * 5000).map(({ at }) => at)).toEqual([800 * 5000])
    expect(meter.samples(800 * 5000)).toEqual([])
  })
})

test('whoever watched a transfer before is told all the same', () => {
  const heard: unknown[] = []
  const { meter } = aMeter()
  const observer = meter.count({
    started: () => void heard.push('started'),
    progress: (bytes) => void heard.push(bytes),
    finished: (bytes) => void heard.push(['finished', bytes]),
    aborted: (bytes, reason) => void heard.push([bytes, reason]),
  })

  observer.started()
  observer.progress(1)
  observer.finished(2)
  observer.aborted(3, 'x')

  expect(heard).toEqual(['started', 1, ['finished', 2], [3, 'x']])
})

test('samples are taken until nobody wants them any more', async () => {
  let now = 0
  const third = Promise.withResolvers<void>()
  const clock: Clock = {
    now: () => now,
    async sleep(ms, signal) {
      if (now < 10_000) {
        now += ms
        return
      }
      third.resolve()
      await new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  const throughput = openThroughput({ clock, loop: { busy: () => 0 } })
  await third.promise

  throughput[Symbol.dispose]()
  await new Promise((resolve) => setImmediate(resolve))

  expect(throughput.samples().map(({ at }) => at)).toEqual([5000, 10_000])
})

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), which: fc.nat(3), bytes: fc.nat(1000) }),
  fc.record({ kind: fc.constant('finish' as const), which: fc.nat(3), bytes: fc.nat(1000) }),
  fc.record({ kind: fc.constant('abort' as const), which: fc.nat(3), bytes: fc.nat(500) }),
  fc.record({ kind: fc.constant('interval' as const) }),
)

test.prop([fc.array(anyStep, { maxLength: 60 })])('every byte is counted once', (steps) => {
  const { interval, meter } = aMeter()
  const open = new Map<number, { readonly observer: TransferObserver; bytes: number }>()
  let sent = 0
  for (const step of steps) {
    if (step.kind === 'interval') {
      interval()
      continue
    }
    const known = open.get(step.which) ?? { observer: meter.count(silent, `host-${step.which}`), bytes: 0 }
    if (!open.has(step.which)) known.observer.started()
    open.set(step.which, known)
    const before = known.bytes
    known.bytes = step.kind === 'abort' ? Math.max(0, before - step.bytes) : before + step.bytes
    sent += known.bytes - before
    if (step.kind === 'send') {
      known.observer.progress(known.bytes)
      continue
    }
    if (step.kind === 'finish') known.observer.finished(known.bytes)
    else known.observer.aborted(known.bytes, 'gone')
    open.delete(step.which)
  }
  for (const { observer, bytes } of open.values()) observer.finished(bytes + 10_000)
  sent += open.size * 10_000
  const last = meter.count(silent)
  last.started()
  last.finished(1_000_000)

  const end = interval()

  const counted = meter.samples().reduce((sum, { bytes }) => sum + bytes, 0)
  expect(counted).toBe(sent + 1_000_000)
  expect(end).toMatchObject({ transfers: 0, hosts: 0 })
})
