import { describe, expect, test } from 'vitest'
import type { Finding } from '../../domain/doctor/finding.ts'
import type { Clock } from '../../ports/clock.ts'
import { createDoctorDesk } from './doctor-desk.ts'

const CLOCK: Finding = { name: 'clock', verdict: 'good', detail: 'kept' }
const DISK: Finding = { name: 'disk', verdict: 'bad', detail: 'full' }

/** Time stands still until it is moved to the end of all sleeps. */
function aStandingClock(): Clock & { readonly strike: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { now: () => 5000, sleep: () => promise, strike: resolve }
}

function open(
  examine: (signal: AbortSignal) => AsyncIterable<Finding>,
  clock: Clock = aStandingClock(),
  signal = new AbortController().signal,
) {
  return createDoctorDesk({ examine, clock, signal })
}

describe('the doctor of a server', () => {
  test('reports what was found, when, and the worst of it', async () => {
    const desk = open(async function* () {
      yield CLOCK
      yield DISK
    })

    expect(await desk.examine()).toEqual({ at: 5000, verdict: 'bad', findings: [CLOCK, DISK] })
  })

  test('looks once for all who ask meanwhile, and anew for who asks later', async () => {
    let begun = 0
    const gate = Promise.withResolvers<void>()
    const desk = open(async function* () {
      begun += 1
      await gate.promise
      yield CLOCK
    })

    const both = [desk.examine(), desk.examine()]
    gate.resolve()
    const [one, other] = await Promise.all(both)
    expect(begun).toBe(1)
    expect(other).toBe(one)

    await desk.examine()
    expect(begun).toBe(2)
  })

  test('answers in time with what it has, and does not look beside what hangs', async () => {
    let begun = 0
    let told: unknown
    const stuck = Promise.withResolvers<void>()
    const clock = aStandingClock()
    const desk = open(async function* (signal) {
      begun += 1
      signal.addEventListener('abort', () => {
        told = signal.reason
      })
      yield CLOCK
      await stuck.promise
      yield DISK
    }, clock)

    const asked = desk.examine()
    await new Promise<void>((resolve) => setImmediate(resolve))
    clock.strike()
    const report = await asked

    expect(report.findings).toEqual([CLOCK, expect.objectContaining({ name: 'time', verdict: 'warning' })])
    expect(report.verdict).toBe('warning')
    expect(told).toMatchObject({ code: 'interrupted' })
    expect(await desk.examine()).toBe(report)
    expect(begun).toBe(1)
    stuck.resolve()
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(report.findings).toHaveLength(2)
  })

  test('says why when it cannot look at all, and tries again', async () => {
    let begun = 0
    // biome-ignore lint/correctness/useYield: it fails before it finds anything.
    const desk = open(async function* () {
      begun += 1
      throw new Error('no')
    })

    await expect(desk.examine()).rejects.toThrow('no')
    await expect(desk.examine()).rejects.toThrow('no')
    expect(begun).toBe(2)
  })

  test('ends with the program', async () => {
    const end = new AbortController()
    const stuck = new Promise<never>(() => undefined)
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    const desk = open(
      async function* () {
        yield CLOCK
        await stuck
      },
      { now: () => 5000, sleep },
      end.signal,
    )

    const asked = desk.examine()
    end.abort(new Error('stopped'))

    await expect(asked).rejects.toMatchObject({ code: 'interrupted' })
  })
})
