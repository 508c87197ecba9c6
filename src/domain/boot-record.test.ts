import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type BootRecord, bootRecords, lastCompleteBoot, usualSteps } from './boot-record.ts'
import type { EventData, EventType, HostEvent } from './event.ts'
import { advance, type Life, newLife } from './life.ts'
import type { BootId } from './opaque-id.ts'
import { isBefore, PHASES } from './phase.ts'

const address = '10.0.2.15'
const FIRST = 'aaaaaaaaaaaaaaaa' as BootId
const SECOND = 'bbbbbbbbbbbbbbbb' as BootId

interface Told {
  readonly at: number
  readonly type: EventType
  readonly data: object
  readonly bootId?: BootId | undefined
}

const at = (seconds: number, type: EventType, data: object = {}, bootId?: BootId): Told => ({
  at: seconds * 1000,
  type,
  data,
  bootId,
})
const power = (seconds: number, state: string, cause = 'asked') =>
  at(seconds, 'machine.power', { state, cause })
const script = (seconds: number, bootId = FIRST) =>
  at(seconds, 'script.served', { action: 'install', address }, bootId)
const artifact = (
  seconds: number,
  type: EventType,
  role: string,
  bytes: number,
  { total = 100, bootId = FIRST } = {},
) => at(seconds, type, { role, bytes, total }, bootId)
const config = (seconds: number, bootId = FIRST) =>
  at(seconds, 'config.served', { bytes: 1, address, userAgent: '', inert: false }, bootId)
const stage = (seconds: number, name: string, bootId = FIRST) =>
  at(seconds, 'host.stage', { stage: name, detail: '', address }, bootId)
const failed = (seconds: number, reason: string) =>
  at(seconds, 'host.failed', { phase: 'installing', reason } satisfies EventData['host.failed'])

function events(told: readonly Told[]): readonly HostEvent[] {
  return told.map(
    ({ at: time, bootId, ...rest }) =>
      ({ host: 'edge-1', time, ...rest, ...(bootId ? { bootId } : {}) }) as HostEvent,
  )
}

function live(told: readonly Told[]): Life {
  return events(told).reduce((life, event) => advance(life, event) ?? life, newLife(0))
}

function records(told: readonly Told[], limit = 20): readonly BootRecord[] {
  return bootRecords(0, events(told), live(told), limit)
}

/** Ready after 100 s. */
const wholeBoot = (from = 0, bootId = FIRST): readonly Told[] => [
  power(from + 1, 'starting'),
  power(from + 2, 'on'),
  script(from + 10, bootId),
  artifact(from + 11, 'artifact.started', 'kernel', 0, { bootId }),
  artifact(from + 12, 'artifact.finished', 'kernel', 100, { bootId }),
  artifact(from + 13, 'artifact.started', 'initrd', 0, { bootId }),
  artifact(from + 15, 'artifact.finished', 'initrd', 100, { bootId }),
  artifact(from + 20, 'artifact.started', 'rootfs', 0, { total: 1000, bootId }),
  artifact(from + 28, 'artifact.finished', 'rootfs', 1000, { total: 1000, bootId }),
  config(from + 30, bootId),
  stage(from + 40, 'before-install', bootId),
  stage(from + 80, 'after-install', bootId),
  power(from + 81, 'off', 'guest-shutdown'),
  power(from + 82, 'on'),
  at(from + 101, 'probe.result', { probe: 'tcp', ok: true, detail: '' }),
]

describe('the record of a boot', () => {
  test('has every phase with its time, and the bytes of each download', () => {
    const [record, ...others] = records(wholeBoot())

    expect(others).toEqual([])
    expect(record).toEqual({
      bootId: FIRST,
      startedAt: 1000,
      endedAt: 101_000,
      outcome: 'ready',
      steps: [
        { phase: 'starting', at: 1000, durationMs: 1000 },
        { phase: 'firmware', at: 2000, durationMs: 8000 },
        { phase: 'script', at: 10_000, durationMs: 1000 },
        { phase: 'kernel', at: 11_000, durationMs: 2000, bytes: 100, total: 100 },
        { phase: 'initrd', at: 13_000, durationMs: 7000, bytes: 100, total: 100 },
        { phase: 'rootfs', at: 20_000, durationMs: 10_000, bytes: 1000, total: 1000 },
        { phase: 'config', at: 30_000, durationMs: 10_000 },
        { phase: 'installing', at: 40_000, durationMs: 40_000 },
        { phase: 'installed', at: 80_000, durationMs: 2000 },
        { phase: 'disk-boot', at: 82_000, durationMs: 19_000 },
        { phase: 'ready', at: 101_000 },
      ],
    })
  })

  test('of a boot under way says how far the download is, with the attempts before it', () => {
    const told = [
      script(1),
      artifact(2, 'artifact.started', 'kernel', 0),
      artifact(3, 'artifact.aborted', 'kernel', 60),
      artifact(4, 'artifact.started', 'kernel', 0),
    ]
    const present = live([...told, artifact(5, 'artifact.progress', 'kernel', 25)])

    const [record] = bootRecords(0, events(told), present, 20)

    expect(record).toMatchObject({ outcome: 'running', bootId: FIRST })
    expect(record?.steps.at(-1)).toEqual({ phase: 'kernel', at: 2000, bytes: 85, total: 100 })
  })

  test('begins with the script where nobody here switched the machine on', () => {
    expect(records([script(7)])).toEqual([
      { bootId: FIRST, startedAt: 7000, outcome: 'running', steps: [{ phase: 'script', at: 7000 }] },
    ])
  })

  test('says why it failed, and nothing of that once the host goes on after all', () => {
    const told = [script(1), config(2), stage(3, 'before-install'), failed(9, 'time limit')]

    const [gaveUp] = records(told)
    const [goesOn] = records([...told, stage(20, 'after-install')])

    expect(gaveUp).toMatchObject({ outcome: 'failed', reason: 'time limit', endedAt: 9000 })
    expect(gaveUp?.steps.at(-1)).toEqual({ phase: 'failed', at: 9000 })
    expect(goesOn).toMatchObject({ outcome: 'running' })
    expect(goesOn).not.toHaveProperty('reason')
    expect(goesOn).not.toHaveProperty('endedAt')
    expect(goesOn?.steps.slice(-2)).toEqual([
      { phase: 'installing', at: 3000, durationMs: 17_000 },
      { phase: 'installed', at: 20_000 },
    ])
  })

  test('of a host that failed before it was begun is none', () => {
    expect(records([failed(1, 'no room')])).toEqual([])
  })
})

describe('boots are parted', () => {
  test('by a script that is fetched again: each has the bytes it asked for', () => {
    const found = records([
      script(1),
      artifact(2, 'artifact.started', 'kernel', 0),
      script(5, SECOND),
      artifact(6, 'artifact.aborted', 'kernel', 40),
      artifact(7, 'artifact.started', 'kernel', 0, { bootId: SECOND }),
      artifact(8, 'artifact.finished', 'kernel', 100, { bootId: SECOND }),
    ])

    expect(found).toMatchObject([
      { bootId: FIRST, outcome: 'given-up', endedAt: 5000, steps: [{ phase: 'script' }, { bytes: 40 }] },
      { bootId: SECOND, outcome: 'running', startedAt: 5000, steps: [{ phase: 'script' }, { bytes: 100 }] },
    ])
  })

  test('by a reset before the configuration, and by a loss of power', () => {
    const found = records([
      power(1, 'on'),
      script(2),
      power(3, 'on', 'guest-reset'),
      power(9, 'off', 'lost'),
      power(10, 'starting'),
    ])

    expect(found.map(({ startedAt, endedAt, outcome }) => [startedAt, endedAt, outcome])).toEqual([
      [1000, 3000, 'given-up'],
      [3000, 9000, 'given-up'],
      [10_000, undefined, 'running'],
    ])
  })

  test('by a reinstallation; only the newest are kept', () => {
    const told = [...wholeBoot(), at(200, 'host.reinstall', { by: 'anna' }), ...wholeBoot(300, SECOND)]

    expect(records(told).map(({ bootId, outcome }) => [bootId, outcome])).toEqual([
      [FIRST, 'ready'],
      [SECOND, 'ready'],
    ])
    expect(records(told, 1).map(({ bootId }) => bootId)).toEqual([SECOND])
  })

  test('but not by a machine that is switched off while it boots its disk', () => {
    const found = records([...wholeBoot().slice(0, -1), power(90, 'off'), power(95, 'on')])

    expect(found).toHaveLength(1)
    expect(found[0]?.steps.slice(-4)).toEqual([
      { phase: 'installed', at: 80_000, durationMs: 2000 },
      { phase: 'disk-boot', at: 82_000, durationMs: 8000 },
      { phase: 'installed', at: 90_000, durationMs: 5000 },
      { phase: 'disk-boot', at: 95_000 },
    ])
  })
})

describe('what is usual', () => {
  const boot = (kernelMs: number, bytes?: number) => ({
    steps: [{ phase: 'kernel' as const, at: 0, durationMs: kernelMs, ...(bytes ? { bytes } : {}) }],
  })

  test('is the median over hosts', () => {
    expect(usualSteps([boot(1000, 10), boot(9000), boot(2000, 30)])).toEqual({
      kernel: { durationMs: 2000, bytes: 20, hosts: 3 },
    })
    expect(usualSteps([boot(1000), boot(2000)])).toEqual({ kernel: { durationMs: 1500, hosts: 2 } })
    expect(usualSteps([])).toEqual({})
  })

  test('is learnt from the last boot that came to ready, and its bytes while it is the present one', () => {
    const again = [...wholeBoot(), at(200, 'host.reinstall', { by: 'anna' }), script(300, SECOND)]

    expect(lastCompleteBoot(live(wholeBoot()))?.steps).toEqual(records(wholeBoot())[0]?.steps)
    expect(lastCompleteBoot(live(again))?.steps.map(({ phase, bytes }) => [phase, bytes])).toContainEqual([
      'rootfs',
      undefined,
    ])
    expect(lastCompleteBoot(live([script(1)]))).toBeUndefined()
  })
})

const anyTold: fc.Arbitrary<Omit<Told, 'at'>> = fc
  .oneof(
    fc
      .constantFrom('starting', 'on', 'off')
      .chain((state) =>
        fc
          .constantFrom('asked', 'reset', 'guest-shutdown', 'guest-reset', 'guest-panic', 'lost')
          .map((cause) => power(0, state, cause)),
      ),
    fc.constantFrom(FIRST, SECOND).map((id) => script(0, id)),
    fc.constantFrom(FIRST, SECOND).map((id) => config(0, id)),
    fc.constantFrom('before-install', 'after-install', 'disk-boot').map((name) => stage(0, name)),
    fc
      .tuple(
        fc.constantFrom('artifact.started', 'artifact.finished', 'artifact.aborted'),
        fc.constantFrom('kernel', 'initrd', 'rootfs'),
        fc.nat(100),
      )
      .map(([type, role, bytes]) =>
        artifact(0, type as EventType, role, type === 'artifact.started' ? 0 : bytes),
      ),
    fc.constantFrom(
      failed(0, 'x'),
      at(0, 'host.retried'),
      at(0, 'host.reinstall', { by: 'anna' }),
      at(0, 'probe.result', { probe: 'tcp', ok: true, detail: '' }),
      at(0, 'script.served', { action: 'local', address }),
    ),
  )
  .map(({ at: _, ...rest }) => rest)

describe('whatever happens, in whatever order and by whatever clock', () => {
  test.prop(
    [fc.array(fc.tuple(anyTold, fc.integer({ min: -5000, max: 60_000 })), { maxLength: 80, size: 'max' })],
    { numRuns: 200 },
  )('steps are in order, take no less than no time, and add up to the boot', (steps) => {
    let now = 1_000_000
    const told = steps.map(([event, later]) => {
      now += later
      return { ...event, at: now }
    })

    const found = records(told, Number.POSITIVE_INFINITY)

    for (const { startedAt, endedAt, outcome, steps: written } of found) {
      expect(written.length).toBeGreaterThan(0)
      expect(startedAt).toBe(written[0]?.at)
      expect(endedAt === undefined).toBe(outcome === 'running')
      for (const [index, { at: entered, durationMs, phase, bytes = 0 }] of written.entries()) {
        const next = written[index + 1]
        expect(durationMs ?? 0).toBeGreaterThanOrEqual(0)
        expect(bytes).toBeGreaterThanOrEqual(0)
        if (!next) continue
        expect(next.at - entered).toBe(durationMs)
        const isForward = isBefore(phase, next.phase)
        expect(isForward || (phase === 'disk-boot' && next.phase === 'installed')).toBe(true)
      }
      const taken = written.reduce((all, { durationMs = 0 }) => all + durationMs, 0)
      const last = written.at(-1)
      expect(taken).toBe((endedAt ?? last?.at ?? 0) - startedAt)
      expect(PHASES).toContain(last?.phase)
    }
    // All but the newest are over.
    expect(found.slice(0, -1).every(({ outcome }) => outcome !== 'running')).toBe(true)
    const complete = lastCompleteBoot(live(told))
    const ready = found.filter(({ outcome }) => outcome === 'ready')
    expect(complete === undefined).toBe(ready.length === 0)
    // A script that is fetched again leaves no trace in the history by which a clock set back could be corrected.
    const isSteady = steps.every(([, later]) => later >= 0)
    if (complete && isSteady) expect(complete.endedAt).toBe(ready.at(-1)?.endedAt)
  })
})
