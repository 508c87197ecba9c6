import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { EventData, EventType, HostEvent } from '../event.ts'
import { BEGINS_ANEW_WITHIN_MS } from '../life/cut-off.ts'
import { advance, type Life, newLife } from '../life.ts'
import type { Phase } from '../phase.ts'
import { circumstancesOf } from './circumstances.ts'
import { diagnose, diagnoseStall, diagnosisLink, diagnosisText, PATIENCE_MS } from './diagnosis.ts'
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
const FILE = 'n/edge-1/snponly.efi'
const seen = (action: 'answered' | 'ignored', reason: string, fetches: 'tftp' | 'http' = 'tftp') =>
  step(1, 'dhcp.seen', {
    ...{ action, reason, client: 'firmware, x64 UEFI (PXE)', port: 67 },
    ...(action === 'answered' ? { file: FILE, fetches } : {}),
  })
const sent = step(1, 'tftp.sent', { file: FILE, bytes: 1, durationMs: 1, address: ADDRESS })
const sentByHttp = step(1, 'http.sent', { file: FILE, bytes: 1, durationMs: 1, address: ADDRESS })
const script = (action: EventData['script.served']['action'], address = ADDRESS) =>
  step(1, 'script.served', { action, address })
const started = (role: 'kernel' | 'initrd' | 'rootfs') =>
  step(1, 'artifact.started', { role, bytes: 0, total: TOTAL })
const finished = (role: 'kernel' | 'initrd' | 'rootfs', seconds = 20) =>
  step(seconds, 'artifact.finished', { role, bytes: TOTAL, total: TOTAL })
const aborted = (role: 'kernel' | 'initrd' | 'rootfs', part = 0.25) =>
  step(20, 'artifact.aborted', { role, bytes: TOTAL * part, total: TOTAL, reason: 'the client went away' })
const progress = (seconds: number, part: number) =>
  step(seconds, 'artifact.progress', { role: 'rootfs', bytes: TOTAL * part, total: TOTAL, rate: 1 })
const configTo = (address: string) =>
  step(10, 'config.served', { bytes: 1, address, userAgent: '', inert: false })
const config = configTo(ADDRESS)
const refused = (address: string) =>
  step(5, 'config.refused', { address, reason: 'other-address', detail: 'of another boot' })
const probed = (probe: string, detail: string, duplicate = false) =>
  step(5, 'probe.result', { probe, ok: false, detail, ...(duplicate ? { duplicate } : {}) })
const armed = step(1, 'host.armed', { until: 3_600_000, by: 'me' })
const stage = (name: string) => step(30, 'host.stage', { stage: name, detail: '', address: ADDRESS })

const ON: readonly Step[] = [power('starting'), power('on')]
const SCRIPT = [...ON, script('install')]
const KERNEL = [...SCRIPT, started('kernel'), finished('kernel')]
const INITRD = [...KERNEL, started('initrd'), finished('initrd')]
const ROOT = [...INITRD, started('rootfs'), finished('rootfs')]
const CONFIG = [...ROOT, config]
const INSTALLED = [...CONFIG, stage('kairos-install.pre'), stage('after-install')]
const DISK = [...INSTALLED, power('off', 'guest-shutdown'), power('on'), stage('disk-boot')]
const READY = step(20, 'probe.result', { probe: 'local-ui', ok: true, detail: '' })
const HEALTHY = [...DISK, READY]

/** A host that got so far and then went silent, by the rule that has to say why. */
const STUCK: readonly (readonly [string, readonly Step[]])[] = [
  ['another-machine', [...SCRIPT, script('refused', '10.0.2.99')]],
  ['two-machines', [...SCRIPT, script('install', '10.0.2.99'), script('install')]],
  ['config-refused', [...ROOT, refused('10.0.2.99')]],
  ['config-fetched-twice', [...CONFIG, configTo('10.0.2.99')]],
  ['kernel-panicked', [...INITRD, power('off', 'guest-panic')]],
  ['switched-off-early', [...ROOT, power('off', 'guest-shutdown')]],
  ['lost-while-installing', [...CONFIG, stage('kairos-install.pre'), power('off', 'lost')]],
  ['armed-but-silent', [armed]],
  ['not-switched-on', []],
  ['hypervisor-silent', [power('starting')]],
  ['boot-file-refused', [...ON, seen('ignored', 'there is no firmware image for x64 UEFI')]],
  ['boot-file-not-fetched', [...ON, seen('answered', 'it may install')]],
  ['ipxe-silent', [...ON, seen('answered', 'it may install'), sent]],
  ['script-not-asked', ON],
  ['kernel-not-asked', SCRIPT],
  ['initrd-not-asked', KERNEL],
  ['kernel-silent', INITRD],
  [
    'root-does-not-fit',
    [...INITRD, started('rootfs'), aborted('rootfs', 0.5), started('rootfs'), aborted('rootfs', 0.505)],
  ],
  ['root-cut-off', [...INITRD, started('rootfs'), aborted('rootfs', 0.5)]],
  ['root-restarts', [...INITRD, started('rootfs'), aborted('rootfs', 0.5), started('rootfs')]],
  ['download-stopped', [...INITRD, started('rootfs')]],
  ['root-too-slow', [...INITRD, started('rootfs'), progress(110, 0.05)]],
  ['root-wait-too-short', [...INITRD, started('rootfs'), finished('rootfs', 7200)]],
  ['config-not-asked', ROOT],
  ['installer-silent', CONFIG],
  ['installation-slow', [...CONFIG, stage('kairos-install.pre')]],
  ['boots-network-again', [...INSTALLED, script('local'), script('local'), script('local')]],
  ['does-not-restart', INSTALLED],
  ['duplicate-registration', [...DISK, probed('palette', 'it is still the one from before', true)]],
  ['not-registered', [...DISK, probed('palette', 'there is no such edge host yet')]],
  ['not-proven-ready', [...DISK, probed('local-ui', 'connection refused')]],
]

/** What rightly happens besides in boots that get to their end. */
const HEALTHY_BOOTS: Readonly<Record<string, readonly Step[]>> = {
  'a machine of ours': HEALTHY,
  'UEFI HTTP boot': [...ON, seen('answered', 'it may install', 'http'), sentByHttp, ...HEALTHY.slice(2)],
  'a machine that people switch': [
    armed,
    seen('answered', 'it may install'),
    sent,
    script('install'),
    ...KERNEL.slice(SCRIPT.length),
    ...INITRD.slice(KERNEL.length),
    ...ROOT.slice(INITRD.length),
    ...CONFIG.slice(ROOT.length),
    stage('after-install'),
    script('local'),
    stage('disk-boot'),
    READY,
  ],
  'one that is reset and leased another address': [
    ...SCRIPT,
    power('on', 'reset'),
    script('install', '10.0.2.77'),
    ...HEALTHY.slice(SCRIPT.length),
  ],
  'a root file system at half the rate planned for, with one break, and a probe that says no for a while': [
    ...INITRD,
    started('rootfs'),
    aborted('rootfs', 0.1),
    started('rootfs'),
    ...Array.from({ length: 6 }, (_, index) => progress(100, (index + 1) / 7)),
    finished('rootfs', 100),
    config,
    config,
    ...INSTALLED.slice(CONFIG.length),
    script('local'),
    stage('disk-boot'),
    probed('local-ui', 'connection refused'),
    READY,
  ],
}

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
    const { life, now } = live(steps)
    // Trouble of hosts that still move is told at once.
    const isTold = rule === 'root-too-slow' ? diagnoseStall(life, now) : diagnose(life)
    expect(isTold?.rule).toBe(rule)
    expect(isTold?.check.length).toBeGreaterThan(0)
    if (life.phase === 'failed') expect(diagnosisText(life)).toBe(life.failure?.reason)
    else expect(diagnosisText(life)).toContain(diagnose(life)?.seen)
  })

  test('every rule has its timeline, and its section in the guide', () => {
    const guide = readFileSync(new URL('../../../docs/guide/troubleshooting.md', import.meta.url), 'utf8')
    const sections = [...guide.matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => name)
    const rules = RULES.map(({ id }) => id)
    expect(STUCK.map(([rule]) => rule)).toEqual(rules)
    expect(sections).toEqual(rules)
  })

  test('the section of a rule can be linked to', () => {
    expect(diagnosisLink('kernel-silent')).toBe('docs/guide/troubleshooting.md#kernel-silent')
  })

  test('a host that is ready is not stuck, and one that failed says why, with the rule of the phase it stood in', () => {
    expect(diagnose(live(HEALTHY).life)).toBeUndefined()
    const { life, now } = live([
      ...CONFIG,
      step(1, 'host.failed', { phase: 'config', reason: 'longer than 20m' }),
    ])
    expect(diagnoseStall(life, now)?.rule).toBe('installer-silent')
    expect(diagnosisText(life)).toBe('longer than 20m')
  })

  property.prop([
    fc.constantFrom(...Object.keys(HEALTHY_BOOTS)),
    fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
  ])('a boot in which each step comes in time never gets a diagnosis', (kind, shares) => {
    let now = 0
    let life = newLife(0)
    for (const [seconds, type, data] of HEALTHY_BOOTS[kind] ?? []) {
      const isCutOff = life.transfers.rootfs?.cutOffAt !== undefined
      const patience = isCutOff ? BEGINS_ANEW_WITHIN_MS : (PATIENCE_MS[life.phase as Phase] ?? 60_000)
      // Just before the next thing happens it has been silent for longest; downloads have to keep up as a whole.
      const waits =
        type === 'artifact.progress' ? seconds * 1000 : Math.floor(patience * (shares.next().value ?? 0))
      // DHCP and boot files are no word of the host that would give it more time.
      const isFirmware = /^(dhcp|tftp|http)\./.test(type)
      now = Math.max(now, isFirmware ? now : Math.max(life.since, life.lastSeen) + waits)
      expect(diagnoseStall(life, now)).toBeUndefined()
      life = advance(life, { host: 'edge-1', time: now, type, data } as HostEvent) ?? life
      expect(diagnoseStall(life, now)).toBeUndefined()
    }
    expect(life.phase).toBe('ready')
  })

  property.prop([
    fc.array(
      fc.constantFrom(
        ...HEALTHY,
        ...[script('local'), script('wait'), script('install', '10.0.2.99'), script('refused', '10.0.2.99')],
        ...[seen('answered', ''), seen('ignored', ''), sent, sentByHttp, armed, refused('10.0.2.99')],
        ...[aborted('rootfs'), aborted('rootfs', 0.9), configTo('10.0.2.99'), probed('palette', 'no', true)],
        ...(['lost', 'guest-panic', 'guest-shutdown'] as const).map((cause) => power('off', cause)),
      ),
      { maxLength: 60 },
    ),
    fc.integer({ min: 0, max: 10_000_000 }),
  ])('in whatever order things happen, what is told is whole', (steps, later) => {
    const { life, now } = live(steps)
    const found = diagnoseStall(life, now + later)
    for (const text of found ? [found.seen, found.cause, ...found.check] : []) {
      expect(text.length).toBeGreaterThan(3)
      expect(text).not.toMatch(/undefined|NaN|Infinity/)
    }
    expect(diagnosisText(life)).not.toMatch(/undefined|NaN|Infinity/)
  })

  test.each([
    ['root-restarts', [0.5, 0.1, 0.8]],
    ['root-does-not-fit', [0.5, 0.5]],
  ])('a download that begins again and again is never silent and is told all the same: %s', (rule, parts) => {
    const again = parts.flatMap((part) => [started('rootfs'), aborted('rootfs', part)])
    const { life, now } = live([...INITRD, ...again])
    expect(diagnoseStall(life, now)?.rule).toBe(rule)
  })

  test('a host that asks the network again and again after it has installed is never silent either', () => {
    const { life, now } = live([...INSTALLED, script('local'), script('local'), script('local')])
    expect(diagnoseStall(life, now)?.rule).toBe('boots-network-again')
  })

  test('memory that does not suffice is told with what would', () => {
    const { life, now } = live([...INITRD, started('rootfs'), aborted('rootfs', 0.3)])
    const found = diagnoseStall(life, now, { memoryMiB: 2048 })
    expect(found).toMatchObject({ rule: 'root-does-not-fit', seen: expect.stringContaining('2048 MiB') })
    expect(found?.check[0]).toMatch(/^give it at least \d{4} MiB/)
    expect(diagnoseStall(life, now, { memoryMiB: 65_536 })).toBeUndefined()
  })

  test('a host that does not begin a broken download anew is told long before it counts as silent, with what arrived where that is known', () => {
    const { life, now } = live([...INITRD, started('rootfs'), aborted('rootfs', 0.25)])
    expect(diagnoseStall(life, now + BEGINS_ANEW_WITHIN_MS - 1)).toBeUndefined()
    expect(diagnoseStall(life, now + BEGINS_ANEW_WITHIN_MS)).toMatchObject({
      rule: 'root-cut-off',
      seen: expect.stringContaining('at 25 %'),
    })
    const killed = live([...INITRD, started('rootfs'), aborted('rootfs', 0)])
    expect(diagnoseStall(killed.life, killed.now + BEGINS_ANEW_WITHIN_MS)?.seen).not.toContain('%')
    const again = live([...INITRD, started('rootfs'), aborted('rootfs', 0.25), started('rootfs')])
    expect(diagnoseStall(again.life, again.now + BEGINS_ANEW_WITHIN_MS)).toBeUndefined()
  })

  test('what the kernel line of the host says of the wait is what counts', () => {
    const about = (add: readonly string[], remove: readonly string[] = []) =>
      circumstancesOf({ kernelArgs: { add, remove } } as Parameters<typeof circumstancesOf>[0])
    const { life, now } = live([...INITRD, started('rootfs'), progress(60, 0.2)])
    expect(diagnoseStall(life, now)).toBeUndefined()
    expect(diagnoseStall(life, now, about(['rd.immucore.sysrootwait=120']))?.rule).toBe('root-too-slow')
    expect(diagnoseStall(life, now, about([], ['rd.immucore.sysrootwait']))?.rule).toBe('root-too-slow')
    expect(about(['quiet'])).toEqual({})
  })

  test.each([
    [600_000, [armed], 'armed-but-silent'],
    [180_000, [armed, seen('answered', '')], 'boot-file-not-fetched'],
    [180_000, [armed, seen('answered', ''), sent], 'ipxe-silent'],
  ] as const)(
    'a machine that people switch is missed %d ms after it was heard last',
    (patience, steps, rule) => {
      const { life, now } = live(steps)
      const heard = life.netboot?.at ?? now
      expect(diagnoseStall(life, heard + patience - 1)).toBeUndefined()
      expect(diagnoseStall(life, heard + patience)?.rule).toBe(rule)
    },
  )

  test('a machine that people switch and that is not armed, or was told to wait, is not missed', () => {
    for (const steps of [
      [seen('ignored', 'it boots from its disk: it is not armed')],
      [armed, seen('answered', ''), sent, script('wait')],
    ]) {
      const { life, now } = live(steps)
      expect(diagnoseStall(life, now + 500_000)).toBeUndefined()
    }
  })

  test('a stranger that was refused earlier does not explain why the host is silent later', () => {
    const { life } = live([...SCRIPT, script('refused', '10.0.2.99'), started('kernel'), finished('kernel')])
    expect(diagnose(life)?.rule).toBe('initrd-not-asked')
  })

  test('a file that is fetched over HTTP is missed as one by TFTP is, and what follows as well', () => {
    const led = [...ON, seen('answered', 'it may install', 'http')]
    const found = diagnose(live(led).life)
    expect(found).toMatchObject({ rule: 'boot-file-not-fetched', cause: expect.stringContaining('HTTP') })
    expect(diagnose(live([...led, sentByHttp]).life)?.rule).toBe('ipxe-silent')
  })

  test('silence is told once it is longer than the phase allows', () => {
    const { life, now } = live(SCRIPT)
    expect(diagnoseStall(life, now + 59_999)).toBeUndefined()
    expect(diagnoseStall(life, now + 60_000)?.rule).toBe('kernel-not-asked')
  })
})
