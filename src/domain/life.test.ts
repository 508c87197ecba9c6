import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { decideBoot, isConfigWanted } from './boot-decision.ts'
import type { EventData, EventType, HostEvent } from './event.ts'
import { advance, canBeRetried, type Life, newLife } from './life.ts'
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
    expect(decideBoot(life)).toBe('local')
  })

  test('may start over when it restarts before its configuration', () => {
    const life = live(...DOWNLOADED(), power('on', 'guest-reset'))

    expect(life.phase).toBe('firmware')
    expect(decideBoot(life)).toBe('install')
  })

  test('is switched on again when its machine was lost before its configuration', () => {
    expect(live(...DOWNLOADED(), power('off', 'lost')).phase).toBe('defined')
  })

  test('has failed when its machine was lost while it installed', () => {
    const life = live(...DOWNLOADED(), config(), stage('before-install'), power('off', 'lost'))

    expect(life.failure).toMatchObject({ phase: 'installing' })
    expect(canBeRetried(life)).toBe(false)
    expect(decideBoot(life)).toBe('local')
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

    expect(decideBoot(failed)).toBe('wait')
    expect(retried.phase).toBe('defined')
    expect(decideBoot(retried)).toBe('install')
  })

  test('is not ready because of a probe that answers while the live system runs', () => {
    expect(live(...DOWNLOADED(), config(), probe(true)).phase).toBe('config')
  })

  test('counts how often a download began, so that a restart shows', () => {
    expect(live(...DOWNLOADED(), started('rootfs')).transfers.rootfs?.attempts).toBe(2)
  })
})

const anyEvent: fc.Arbitrary<() => HostEvent> = fc.oneof(
  fc.constantFrom<() => HostEvent>(
    () => power('starting'),
    () => happened('host.retried', {}),
    () => happened('host.failed', { phase: 'config', reason: 'x' }),
    () => happened('machine.created', { driver: 'qemu' }),
    () => config(),
    () => probe(true),
    () => probe(false),
  ),
  fc
    .tuple(
      fc.constantFrom('on', 'off'),
      fc.constantFrom('asked', 'guest-shutdown', 'guest-reset', 'guest-panic', 'lost', 'unknown'),
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

describe('whatever happens, in whatever order', () => {
  // 'ask' stands for the host asking for its script: it is answered by the decision, as the server does it.
  test.prop([fc.array(fc.oneof(anyEvent, fc.constant('ask' as const)), { maxLength: 60 })])(
    'a host that was given its configuration is never handed the installer again',
    (steps) => {
      let life = newLife(0)
      let configured = false
      for (const step of steps) {
        const event = step === 'ask' ? script(decideBoot(life)) : step()
        if (configured) expect(event.type === 'script.served' && event.data.action === 'install').toBe(false)
        const served = event.type === 'config.served' && isConfigWanted(life) && life.phase !== 'failed'
        life = advance(life, event) ?? life
        configured ||= served
      }
    },
  )

  test.prop([fc.array(anyEvent, { maxLength: 60 })])(
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
