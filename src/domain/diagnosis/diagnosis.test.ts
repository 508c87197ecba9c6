import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { EventData, EventType, HostEvent } from '../event.ts'
import { advance, type Life, newLife } from '../life.ts'
import type { Phase } from '../phase.ts'
import { diagnose, diagnoseStall, diagnosisText, PATIENCE_MS } from './diagnosis.ts'
import { RULES } from './rules.ts'

const ADDRESS = '10.0.2.15'
const TOTAL = 1_600_000_000

/** One step of a timeline: seconds since the one before, and what happened. */
type Step = readonly [number, EventType, EventData[EventType]]
const step = <T extends EventType>(seconds: number, type: T, data: EventData[T]): Step => [
  seconds,
  type,
  data,
]

const power = (state: 'starting' | 'on' | 'off', cause: EventData['machine.power']['cause'] = 'asked') =>
  step(2, 'machine.power', { state, cause })
const seen = (action: 'answered' | 'ignored', reason: string) =>
  step(1, 'dhcp.seen', {
    ...{ action, reason, client: 'firmware, x64 UEFI (PXE)', port: 67 },
    ...(action === 'answered' ? { file: 'n/edge-1/snponly.efi', fetches: 'tftp' as const } : {}),
  })
const sent = step(1, 'tftp.sent', { file: 'n/edge-1/snponly.efi', bytes: 1, durationMs: 1, address: ADDRESS })
const script = (action: EventData['script.served']['action'], address = ADDRESS) =>
  step(1, 'script.served', { action, address })
const started = (role: 'kernel' | 'initrd' | 'rootfs') =>
  step(1, 'artifact.started', { role, bytes: 0, total: TOTAL })
const finished = (role: 'kernel' | 'initrd' | 'rootfs', seconds = 20) =>
  step(seconds, 'artifact.finished', { role, bytes: TOTAL, total: TOTAL })
const aborted = (role: 'kernel' | 'initrd' | 'rootfs') =>
  step(20, 'artifact.aborted', { role, bytes: TOTAL / 4, total: TOTAL, reason: 'the client went away' })
const config = step(10, 'config.served', { bytes: 1, address: ADDRESS, userAgent: '', inert: false })
const stage = (name: string) => step(30, 'host.stage', { stage: name, detail: '', address: ADDRESS })

const ON: readonly Step[] = [power('starting'), power('on')]
const SCRIPT = [...ON, script('install')]
const KERNEL = [...SCRIPT, started('kernel'), finished('kernel')]
const INITRD = [...KERNEL, started('initrd'), finished('initrd')]
const ROOT = [...INITRD, started('rootfs'), finished('rootfs')]
const CONFIG = [...ROOT, config]
const INSTALLED = [...CONFIG, stage('kairos-install.pre'), stage('after-install')]
const DISK = [...INSTALLED, power('off', 'guest-shutdown'), power('on'), stage('disk-boot')]
const HEALTHY = [...DISK, step(20, 'probe.result', { probe: 'local-ui', ok: true, detail: '' })]

/** A host that got so far and then went silent, by the rule that has to say why. */
const STUCK: readonly (readonly [string, readonly Step[]])[] = [
  ['another-machine', [...SCRIPT, script('refused', '10.0.2.99')]],
  ['not-switched-on', []],
  ['hypervisor-silent', [power('starting')]],
  ['boot-file-refused', [...ON, seen('ignored', 'there is no firmware image for x64 UEFI')]],
  ['boot-file-not-fetched', [...ON, seen('answered', 'it may install')]],
  ['ipxe-silent', [...ON, seen('answered', 'it may install'), sent]],
  ['script-not-asked', ON],
  ['kernel-not-asked', SCRIPT],
  ['initrd-not-asked', KERNEL],
  ['kernel-silent', INITRD],
  ['root-restarts', [...INITRD, started('rootfs'), aborted('rootfs'), started('rootfs'), aborted('rootfs')]],
  ['download-stopped', [...INITRD, started('rootfs'), aborted('rootfs')]],
  ['root-wait-too-short', [...INITRD, started('rootfs'), finished('rootfs', 7200)]],
  ['config-not-asked', ROOT],
  ['installer-silent', CONFIG],
  ['installation-slow', [...CONFIG, stage('kairos-install.pre')]],
  ['boots-network-again', [...INSTALLED, script('local'), script('local'), script('local')]],
  ['does-not-restart', INSTALLED],
  ['not-proven-ready', DISK],
]

function live(steps: readonly Step[]): { readonly life: Life; readonly now: number } {
  let now = 0
  let life = newLife(0)
  for (const [seconds, type, data] of steps) {
    now += seconds * 1000
    life = advance(life, { host: 'edge-1', time: now, type, data } as HostEvent) ?? life
  }
  return { life, now }
}

describe('why a host is stuck', () => {
  test.each(STUCK)('%s', (rule, steps) => {
    const { life } = live(steps)
    const found = diagnose(life)
    expect(found?.rule).toBe(rule)
    expect(found?.check.length).toBeGreaterThan(0)
    expect(diagnosisText(life)).toContain(found?.seen)
  })

  test('every rule has its timeline, and its section in the guide', () => {
    const guide = readFileSync(new URL('../../../docs/guide/troubleshooting.md', import.meta.url), 'utf8')
    const sections = [...guide.matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => name)
    const rules = RULES.map(({ id }) => id)
    expect(STUCK.map(([rule]) => rule)).toEqual(rules)
    expect(sections).toEqual(rules)
  })

  test('a host that is ready or has failed is not stuck, and one that failed says why', () => {
    expect(diagnose(live(HEALTHY).life)).toBeUndefined()
    const failed = live([
      ...CONFIG,
      step(1, 'host.failed', { phase: 'config', reason: 'longer than 20m' }),
    ]).life
    expect(diagnose(failed)).toBeUndefined()
    expect(diagnosisText(failed)).toBe('longer than 20m')
  })

  property.prop([fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true }))])(
    'a boot in which each step comes in time never gets a diagnosis',
    (shares) => {
      let now = 0
      let life = newLife(0)
      for (const [, type, data] of HEALTHY) {
        const patience = PATIENCE_MS[life.phase as Phase] ?? 60_000
        // Just before the next thing happens it has been silent for longest.
        now += Math.floor(patience * (shares.next().value ?? 0))
        expect(diagnoseStall(life, now)).toBeUndefined()
        life = advance(life, { host: 'edge-1', time: now, type, data } as HostEvent) ?? life
      }
      expect(life.phase).toBe('ready')
    },
  )

  test('a stranger that was refused earlier does not explain why the host is silent later', () => {
    const { life } = live([...SCRIPT, script('refused', '10.0.2.99'), started('kernel'), finished('kernel')])
    expect(diagnose(life)?.rule).toBe('initrd-not-asked')
  })

  test('a file that is fetched by HTTP is not missed at TFTP', () => {
    const [seconds, type, data] = seen('answered', 'it may install')
    const overHttp: Step = [seconds, type, { ...data, fetches: 'http' } as EventData[EventType]]
    expect(diagnose(live([...ON, overHttp]).life)?.rule).toBe('script-not-asked')
  })

  test('silence is told once it is longer than the phase allows', () => {
    const { life, now } = live(SCRIPT)
    expect(diagnoseStall(life, now + 59_999)).toBeUndefined()
    expect(diagnoseStall(life, now + 60_000)?.rule).toBe('kernel-not-asked')
  })
})
