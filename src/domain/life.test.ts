import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { decideBoot, decideConfig } from './boot-decision.ts'
import type { EventData, EventType, HostEvent } from './event.ts'
import { advance, canBeReinstalled, canBeRetried, type Life, newLife } from './life.ts'
import type { BootId } from './opaque-id.ts'
import { PHASES } from './phase.ts'

let clock = 0
function happened<T extends EventType>(type: T, data: EventData[T]): HostEvent {
  clock += 1000
  return { host: 'edge-1', time: clock, type, data } as HostEvent
}

const power = (
  state: EventData['machine.power']['state'],
  cause: EventData['machine.power']['cause'] = 'asked',
) => happened('machine.power', { state, cause })
const script = (action: EventData['script.served']['action']) =>
  happened('script.served', { action, address: '10.0.2.15' })
const started = (role: 'kernel' | 'initrd' | 'rootfs') =>
  happened('artifact.started', { role, bytes: 0, total: 10 })
const finished = (role: 'kernel' | 'initrd' | 'rootfs') =>
  happened('artifact.finished', { role, bytes: 10, total: 10 })
const config = (inert = false) =>
  happened('config.served', { bytes: 1, address: '10.0.2.15', userAgent: 'Go-http-client/1.1', inert })
const stage = (name: string) => happened('host.stage', { stage: name, detail: '', address: '10.0.2.15' })
const probe = (ok: boolean) => happened('probe.result', { probe: 'local-ui', ok, detail: '' })

const HERE = '10.0.2.15'
const decide = (life: Life, address = HERE) =>
  decideBoot(life, { identity: 'created', approve: 'auto' }, { now: clock, address }).action
const decideClaimed = (life: Life, address = HERE) =>
  decideBoot(life, { identity: 'claimed', approve: 'auto' }, { now: clock, address }).action

function live(...events: HostEvent[]): Life {
  return events.reduce((life, event) => advance(life, event) ?? life, newLife(0))
}

const DOWNLOADED = () => [
  power('starting'),
  power('on'),
  script('install'),
  started('kernel'),
  finished('kernel'),
  started('initrd'),
  finished('initrd'),
  started('rootfs'),
  finished('rootfs'),
]

describe('the life of a host', () => {
  test('goes through every phase in order when all is well', () => {
    const life = live(
      ...DOWNLOADED(),
      config(),
      stage('kairos-install.pre'),
      stage('after-install'),
      power('off', 'guest-shutdown'),
      power('on'),
      stage('disk-boot'),
      probe(true),
    )

    expect(life.history.map(({ phase }) => phase)).toEqual(PHASES.filter((phase) => phase !== 'failed'))
    expect(life.installs).toBe(1)
    expect(life.transfers.rootfs).toMatchObject({ bytes: 10, total: 10, attempts: 1 })
  })

  test('is taken as installed when it switches itself off after its configuration without phoning home', () => {
    expect(live(...DOWNLOADED(), config(), power('off', 'guest-shutdown')).phase).toBe('installed')
  })

  test('boots its disk when it restarts after its configuration, and is never handed the installer again', () => {
    const life = live(...DOWNLOADED(), config(), power('on', 'guest-reset'))

    expect(life.phase).toBe('disk-boot')
    expect(decide(life)).toBe('local')
  })

  test('may start over when it restarts before its configuration', () => {
    const life = live(...DOWNLOADED(), power('on', 'guest-reset'))

    expect(life.phase).toBe('firmware')
    expect(decide(life)).toBe('install')
  })

  test('is switched on again when its machine was lost before its configuration', () => {
    expect(live(...DOWNLOADED(), power('off', 'lost')).phase).toBe('defined')
  })

  test('has failed when its machine was lost while it installed', () => {
    const life = live(...DOWNLOADED(), config(), stage('before-install'), power('off', 'lost'))

    expect(life.failure).toMatchObject({ phase: 'installing' })
    expect(canBeRetried(life)).toBe(false)
    expect(decide(life)).toBe('local')
  })

  test('that was given up in the middle of its installation goes on when it reports its end', () => {
    const life = live(
      ...DOWNLOADED(),
      config(),
      stage('before-install'),
      happened('host.failed', { phase: 'installing', reason: 'time limit' }),
      stage('after-install'),
    )

    expect(life.phase).toBe('installed')
    expect(life.failure).toBeUndefined()
  })

  test('that failed before its configuration waits until a person asks for another try', () => {
    const failed = live(...DOWNLOADED(), happened('host.failed', { phase: 'rootfs', reason: 'time limit' }))
    const retried = live(
      ...DOWNLOADED(),
      happened('host.failed', { phase: 'rootfs', reason: '' }),
      happened('host.retried', {}),
    )

    expect(decide(failed)).toBe('wait')
    expect(retried.phase).toBe('defined')
    expect(decide(retried)).toBe('install')
  })

  test('that was given up too early and fetches its configuration after all is not tried again', () => {
    const life = live(
      ...DOWNLOADED(),
      happened('host.failed', { phase: 'rootfs', reason: 'time limit' }),
      config(),
    )

    expect(life).toMatchObject({ phase: 'config' })
    expect(life.failure).toBeUndefined()
    expect(canBeRetried(life)).toBe(false)
    expect(decide(life)).toBe('local')
  })

  test('is not ready because of a probe that answers while the live system runs', () => {
    expect(live(...DOWNLOADED(), config(), probe(true)).phase).toBe('config')
  })

  test('counts how often a download began, so that a restart shows', () => {
    expect(live(...DOWNLOADED(), started('rootfs')).transfers.rootfs?.attempts).toBe(2)
  })
})

/** The ones that decide whether a host may be installed, so that most walks get to where that is in question. */
const decisiveEvent = fc.constantFrom<() => HostEvent>(
  () => config(),
  () => happened('host.failed', { phase: 'config', reason: 'x' }),
  () => happened('host.retried', {}),
)

const anyEvent: fc.Arbitrary<() => HostEvent> = fc.oneof(
  decisiveEvent,
  fc.constantFrom<() => HostEvent>(
    () => power('starting'),
    () => happened('host.reinstall', { by: 'anna' }),
    () => happened('host.armed', { until: clock + 5000, by: 'anna' }),
    () => happened('host.approved', { by: 'anna' }),
    () => happened('machine.created', { driver: 'qemu' }),
    () => probe(true),
    () => probe(false),
  ),
  fc
    .tuple(
      fc.constantFrom('on', 'off'),
      fc.constantFrom('asked', 'reset', 'guest-shutdown', 'guest-reset', 'guest-panic', 'lost', 'unknown'),
    )
    .map(
      ([state, cause]) =>
        () =>
          power(state as 'on', cause as 'asked'),
    ),
  fc.constantFrom('kernel', 'initrd', 'rootfs').map((role) => () => started(role as 'kernel')),
  fc.constantFrom('kernel', 'initrd', 'rootfs').map((role) => () => finished(role as 'kernel')),
  fc
    .constantFrom(
      'kairos-install.pre',
      'before-install',
      'after-install',
      'kairos-install.after',
      'disk-boot',
      'odd',
    )
    .map((name) => () => stage(name)),
)

describe('an installation that a person asked for', () => {
  const installed = () => [...DOWNLOADED(), config(), stage('after-install'), stage('disk-boot'), probe(true)]

  test('happens exactly once', () => {
    const again = live(
      ...installed(),
      happened('host.reinstall', { by: 'anna' }),
      power('off'),
      power('starting'),
      power('on'),
    )
    const done = [script('install'), config(), stage('after-install')].reduce(
      (life, event) => advance(life, event) ?? life,
      again,
    )

    expect(again).toMatchObject({ phase: 'firmware', reinstall: true })
    expect(decide(again)).toBe('install')
    expect(done).toMatchObject({ phase: 'installed', reinstall: false, installs: 2 })
    expect(decide(done)).toBe('local')
  })

  test('does not begin by a restart of the system that is to be replaced', () => {
    const life = live(...installed(), happened('host.reinstall', { by: 'anna' }), power('on', 'guest-reset'))

    expect(life.phase).toBe('defined')
  })

  test('is not armed for a host that is still on its way', () => {
    const life = live(...DOWNLOADED())

    expect(canBeReinstalled(life)).toBe(false)
    expect(advance(life, happened('host.reinstall', { by: 'anna' }))).toBeUndefined()
  })

  test('makes whatever the boot before still asks or reports mean nothing', () => {
    const boot = 'aaaaaaaaaaaaaaaa' as BootId
    const before = live(
      { ...script('install'), bootId: boot },
      { ...config(), bootId: boot },
      stage('after-install'),
    )
    const life = advance(before, happened('host.reinstall', { by: 'anna' })) ?? before
    const old = [config(), stage('after-install'), started('rootfs')].map(
      (event) => ({ ...event, bootId: boot }) as HostEvent,
    )

    expect(old.map((event) => advance(life, event)?.phase)).toEqual(['defined', 'defined', 'defined'])
    expect(decideConfig(life, boot, HERE)).toEqual({ kind: 'inert' })
  })
})

describe('a host that is known by what it says of itself', () => {
  const armed = () => happened('host.armed', { until: clock + 600_000, by: 'anna' })
  const boot = 'bbbbbbbbbbbbbbbb' as BootId

  test('boots its disk unless somebody opened the window, and after it closed', () => {
    const life = live(armed())
    clock += 700_000

    expect(decideClaimed(live())).toBe('local')
    expect(decideClaimed(life)).toBe('local')
  })

  test('gives its boot to the first that asks; another address is refused until it is armed again', () => {
    const first = live(armed(), { ...script('install'), bootId: boot })
    const again = advance(first, armed()) ?? first

    expect(decideClaimed(first)).toBe('install')
    expect(decideClaimed(first, '10.0.2.99')).toBe('refused')
    expect(decideClaimed(again, '10.0.2.99')).toBe('install')
  })
})

describe('the configuration of a boot', () => {
  const boot = 'cccccccccccccccc' as BootId
  const first = () => live({ ...script('install'), bootId: boot })

  const fetched = (life: Life, role: 'kernel' | 'rootfs', address: string) => {
    const event = happened('artifact.started', { role, bytes: 0, total: 1, address })
    return advance(life, { ...event, bootId: boot }) ?? life
  }

  test('goes to the address that fetched the script and to the one its live system has', () => {
    const life = fetched(first(), 'rootfs', '10.0.2.77')

    expect(decideConfig(life, boot, HERE).kind).toBe('document')
    expect(decideConfig(life, boot, '10.0.2.77').kind).toBe('document')
    expect(decideConfig(life, boot, '10.0.2.99')).toMatchObject({ kind: 'refused' })
  })

  test('cannot be had by downloading what else the kernel line names', () => {
    const kernel = fetched(first(), 'kernel', '10.0.2.99')
    const served = advance(first(), { ...config(), bootId: boot }) ?? first()
    const late = fetched(served, 'rootfs', '10.0.2.99')

    expect(decideConfig(kernel, boot, '10.0.2.99')).toMatchObject({ kind: 'refused' })
    expect(decideConfig(late, boot, '10.0.2.99')).toMatchObject({ kind: 'refused' })
  })

  test('is not given for a boot the host no longer has', () => {
    expect(decideConfig(first(), 'dddddddddddddddd' as BootId, HERE)).toEqual({ kind: 'inert' })
  })
})

test('approval comes before anything else where a profile asks for it', () => {
  const manual = { identity: 'created', approve: 'manual' } as const
  const approved = live(happened('host.approved', { by: 'anna' }))

  expect(decideBoot(newLife(0), manual, { now: 0, address: HERE })).toMatchObject({ action: 'wait' })
  expect(decideBoot(approved, manual, { now: 0, address: HERE })).toEqual({ action: 'install' })
})

describe('whatever happens, in whatever order', () => {
  // 'ask' stands for the host asking for its script: it is answered by the decision, as the server does it.
  test.prop(
    [
      fc.array(fc.oneof(anyEvent, fc.constant('ask' as const)), { maxLength: 60, size: 'max' }),
      fc.constantFrom('created', 'claimed'),
    ],
    { numRuns: 1000 },
  )('a host that was given its configuration is never handed the installer again', (steps, identity) => {
    let life = newLife(0)
    let configured = false
    for (const step of steps) {
      const answer = identity === 'created' ? decide(life) : decideClaimed(life)
      const event = step === 'ask' ? script(answer) : step()
      if (event.type === 'host.reinstall' && canBeReinstalled(life)) configured = false
      if (configured) expect(event.type === 'script.served' && event.data.action === 'install').toBe(false)
      const served = event.type === 'config.served' && !event.data.inert
      life = advance(life, event) ?? life
      configured ||= served
    }
  })

  test.prop([fc.array(anyEvent, { maxLength: 60, size: 'max' })])(
    'time in a life only goes forward and phases are known',
    (steps) => {
      const life = live(...steps.map((step) => step()))

      expect(
        life.history.every(({ at }, index) => index === 0 || at >= (life.history[index - 1]?.at ?? 0)),
      ).toBe(true)
      expect(PHASES).toContain(life.phase)
      expect(life.history.at(-1)?.phase === life.phase || life.phase !== 'failed').toBe(true)
    },
  )
})
