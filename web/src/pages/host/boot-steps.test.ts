import { describe, expect, test } from 'vitest'
import type { BootRecord } from '../../../../src/contract/boots.ts'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { stepsOf } from './boot-steps.ts'

const boot: BootRecord = {
  startedAt: 1000,
  outcome: 'running',
  steps: [
    { phase: 'firmware', at: 1000, durationMs: 9000 },
    { phase: 'script', at: 10_000, durationMs: 1000 },
    { phase: 'kernel', at: 11_000, durationMs: 2000, bytes: 5, total: 5 },
    { phase: 'initrd', at: 13_000 },
  ],
}

function aHost(given: Partial<HostView> = {}): HostView {
  return {
    name: 'edge-1',
    labels: {},
    phase: 'initrd',
    since: 13_000,
    power: 'on',
    installs: 1,
    lastSeen: 13_000,
    transfers: {},
    ...given,
  }
}

describe('the steps of a boot', () => {
  test('are those taken, the one under way with its bytes so far, and those to come', () => {
    const transfer = { bytes: 30, total: 90, rate: 10, startedAt: 13_000, attempts: 1 }
    const steps = stepsOf(boot, {}, aHost({ transfers: { initrd: transfer } }), 16_000)

    expect(steps.map(({ phase, state }) => `${phase} ${state}`)).toEqual([
      'firmware done',
      'script done',
      'kernel done',
      'initrd now',
      'rootfs to-come',
      'config to-come',
      'installing to-come',
      'installed to-come',
      'disk-boot to-come',
      'ready to-come',
    ])
    expect(steps[3]).toEqual({
      phase: 'initrd',
      state: 'now',
      at: 13_000,
      durationMs: 3000,
      bytes: 30,
      total: 90,
      rate: 10,
    })
    expect(steps[2]).toMatchObject({ durationMs: 2000, bytes: 5, total: 5 })
  })

  test('keep how fast a download was when it is over', () => {
    const transfer = { bytes: 5, total: 5, rate: 2, startedAt: 11_000, finishedAt: 12_000, attempts: 1 }
    const steps = stepsOf(boot, {}, aHost({ transfers: { kernel: transfer } }), 16_000)

    expect(steps[2]).toMatchObject({ phase: 'kernel', bytes: 5, total: 5, rate: 2 })
  })

  test('go on before the record of the boot knows of it', () => {
    const steps = stepsOf(boot, {}, aHost({ phase: 'rootfs', since: 20_000 }), 21_500)

    expect(steps.find(({ state }) => state === 'now')).toMatchObject({ phase: 'rootfs', durationMs: 1500 })
    expect(steps.find(({ phase }) => phase === 'initrd')).toMatchObject({ state: 'done', durationMs: 7000 })
  })

  test('are compared with what is usual where that is news', () => {
    const usual = {
      firmware: { durationMs: 4000, hosts: 3 },
      script: { durationMs: 900, hosts: 3 },
      kernel: { durationMs: 30_000, hosts: 3 },
      initrd: { durationMs: 60_000, hosts: 3 },
    }
    const steps = stepsOf(boot, usual, aHost(), 16_000)

    expect(steps.map(({ comparison }) => comparison).slice(0, 4)).toEqual([
      '5 s longer than usual',
      undefined,
      '28 s shorter than usual',
      // It is not over, so it cannot be called short.
      undefined,
    ])
  })

  test('say when more was sent than others needed', () => {
    const usual = { kernel: { durationMs: 2000, bytes: 5, hosts: 3 } }
    const restarted: BootRecord = {
      ...boot,
      steps: boot.steps.map((step) => (step.phase === 'kernel' ? { ...step, bytes: 15 } : step)),
    }
    const kernelOf = (record: BootRecord) =>
      stepsOf(record, usual, aHost(), 16_000).find(({ phase }) => phase === 'kernel')?.sentComparison

    expect(kernelOf(restarted)).toBe('15 B with all attempts, usually 5 B')
    expect(kernelOf(boot)).toBeUndefined()
  })

  test('end with the boot', () => {
    const ended: BootRecord = {
      ...boot,
      outcome: 'ready',
      endedAt: 90_000,
      steps: [
        { phase: 'disk-boot', at: 20_000, durationMs: 3000 },
        { phase: 'installed', at: 23_000, durationMs: 1000 },
        { phase: 'disk-boot', at: 24_000, durationMs: 5000 },
        { phase: 'ready', at: 29_000 },
      ],
    }

    expect(stepsOf(ended, {}, aHost({ phase: 'ready' }), 99_000)).toEqual([
      { phase: 'installed', state: 'done', at: 23_000, durationMs: 1000 },
      { phase: 'disk-boot', state: 'done', at: 20_000, durationMs: 8000 },
      { phase: 'ready', state: 'done', at: 29_000 },
    ])
  })

  test('are all to come for a host that has not begun', () => {
    expect(new Set(stepsOf(undefined, {}, aHost({ phase: 'defined' }), 0).map(({ state }) => state))).toEqual(
      new Set(['to-come']),
    )
  })
})
