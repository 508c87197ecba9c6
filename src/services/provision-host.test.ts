import { describe, expect, test, vi } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import type { PowerChange } from '../domain/machine.ts'
import type { Machine, MachineDriver } from '../ports/machine-driver.ts'
import { createAdmission } from './admission.ts'
import { openHostBook } from './host-book.ts'
import { type ProvisionDependencies, type ProvisionPlan, provisionHost } from './provision-host.ts'

/** A machine that does what the test says when its power comes on. */
async function aStage(onPower: (nth: number, change: (to: PowerChange) => void) => Promise<void> | void) {
  const log = createSilentLog()
  const clock = createFakeClock()
  const store = createMemoryStore()
  const book = await openHostBook({ store, clock, random: createFixedRandom(), log })
  const host = aHost()
  await book.add(host)
  const done: string[] = []
  const queue: PowerChange[] = []
  let wake = (): void => undefined
  let now: PowerChange = { state: 'off', cause: 'unknown' }
  let ons = 0
  const change = (to: PowerChange): void => {
    now = to
    queue.push(to)
    wake()
  }
  const machine: Machine = {
    name: host.name,
    ...(host.spec ? { spec: host.spec } : {}),
    powerState: async () => now.state,
    power: async (action) => {
      done.push(`power ${action}`)
      if (action !== 'on' || now.state === 'on') return
      ons += 1
      change({ state: 'on', cause: 'asked' })
      await onPower(ons, change)
    },
    setMedia: async (path) => void done.push(`media ${path ?? 'none'}`),
    typeKeys: async () => undefined,
    screenshot: async () => new Uint8Array([1]),
    async *watch(signal) {
      signal.addEventListener('abort', () => wake())
      yield now
      while (!signal.aborted) {
        const next = queue.shift()
        if (next) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
    endpoint: () => ({ host: '127.0.0.1', port: 1 }),
  }
  const driver: MachineDriver = {
    kind: 'qemu',
    can: { typeKeys: true, screenshot: true, seeGuestResets: true, forwardPorts: true },
    describe: async () => '',
    serverAddress: () => undefined,
    check: async () => undefined,
    create: async () => machine,
    find: async () => machine,
    delete: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const admission = createAdmission({ total: 1, groups: new Map() }, () => 0)
  const pass = (ms: number) => clock.sleep(ms)
  const probe = { ok: true, detail: '' }
  const prober = { tcp: async () => probe, tls: async () => probe, http: async () => probe }
  const screenshots = { save: async () => '/s.png' }
  const run = (given: Partial<ProvisionPlan> = {}, registration?: ProvisionDependencies['registration']) =>
    provisionHost(
      {
        host,
        machine,
        mediaPath: '/m.iso',
        chainUrl: 'http://a/boot.ipxe',
        ready: { kind: 'tcp', port: 22 },
        localUiPort: 5080,
        finish: 'poweroff',
        limits: { phases: {}, readyWithinMs: 3_600_000 },
        retry: true,
        ...given,
      },
      {
        book,
        driver,
        prober,
        screenshots,
        clock,
        log,
        admission,
        ...(registration ? { registration } : {}),
      },
      AbortSignal.timeout(10_000),
    )
  const served = (action: 'install' | 'local') =>
    book.record('edge-1', { type: 'script.served', data: { action, address: '192.0.2.7' } })
  const config = () =>
    book.record('edge-1', {
      type: 'config.served',
      data: { bytes: 1, address: '192.0.2.7', userAgent: '', inert: false },
    })
  return { run, done, book, store, served, config, admission, pass, clock }
}

describe('provisioning a host', () => {
  test('boots the media, takes them out when it is installed, starts it from its disk and proves it', async () => {
    const stage = await aStage(async (nth, change) => {
      if (nth > 1) return
      await stage.served('install')
      await stage.config()
      change({ state: 'off', cause: 'guest-shutdown' })
    })

    const life = await stage.run()

    expect(life.phase).toBe('ready')
    // Steps may be repeated before the hypervisor reports; they change nothing then.
    expect(stage.done.slice(0, 4)).toEqual(['media /m.iso', 'power on', 'media none', 'power on'])
    expect(stage.done.slice(4)).not.toContain('media /m.iso')
  })

  test('looks less often at a host that installs by itself', async () => {
    const stage = await aStage(async (nth, change) => {
      if (nth > 1) return
      const install = async (): Promise<void> => {
        await stage.served('install')
        await stage.pass(1000)
        await stage.config()
        change({ state: 'off', cause: 'guest-shutdown' })
      }
      void install()
    })
    const sleep = vi.spyOn(stage.clock, 'sleep')

    await stage.run()

    const ticks = sleep.mock.calls.map(([ms]) => ms).filter((ms) => ms === 2000 || ms === 5000)
    expect(ticks[0]).toBe(2000)
    expect(ticks).toContain(5000)
  })

  test('restarts a machine whose installer just stays up', async () => {
    const stage = await aStage(async (nth) => {
      if (nth > 1) return
      await stage.served('install')
      await stage.config()
      await stage.book.record('edge-1', {
        type: 'host.stage',
        data: { stage: 'kairos-install.after', detail: '', address: '' },
      })
    })
    const { run, done } = stage

    // The fake's power('off') does not tell; the change comes as from a hypervisor.
    const running = run({
      finish: 'none',
      limits: { phases: { installed: Number.MAX_SAFE_INTEGER }, readyWithinMs: undefined },
    })
    await expect.poll(() => done.includes('power off')).toBe(true)
    await stage.book.record('edge-1', { type: 'machine.power', data: { state: 'off', cause: 'asked' } })
    await expect.poll(() => done.filter((step) => step === 'power on').length).toBeGreaterThan(0)
    await stage.book.record('edge-1', { type: 'machine.power', data: { state: 'on', cause: 'asked' } })

    expect((await running).phase).toBe('ready')
  })

  test('waits for its registration, and names what Palette said last when that never comes', async () => {
    const stage = await aStage(async (nth, change) => {
      if (nth > 1) return
      await stage.served('install')
      await stage.config()
      change({ state: 'off', cause: 'guest-shutdown' })
    })
    const asked: unknown[] = []
    const look = async (host: unknown) => {
      asked.push(host)
      return { ok: false, reason: 'Palette does not know it' }
    }
    const plan: Partial<ProvisionPlan> = {
      ready: { kind: 'palette' },
      identity: { siteName: 'store-1' },
      limits: { phases: {}, readyWithinMs: 60_000 },
    }

    const life = await stage.run(plan, { look })

    expect(asked[0]).toMatchObject({ name: 'edge-1', siteName: 'store-1' })
    expect(life.failure?.reason.match(/Palette does not know it/g)).toHaveLength(1)
    const events = await stage.store.events()
    expect(events.filter(({ type }) => type === 'probe.result').map(({ data }) => data)).toEqual([
      { probe: 'palette', ok: false, detail: 'Palette does not know it' },
    ])
    expect(events.find(({ type }) => type === 'host.failed')?.data).toMatchObject({ rule: 'not-registered' })
  })

  test('gives up after its time with the likely reason and a picture of the console', async () => {
    const stage = await aStage(() => undefined)

    const life = await stage.run({ limits: { phases: {}, readyWithinMs: 60_000 } })

    expect(life.failure).toMatchObject({ phase: 'firmware' })
    expect(life.failure?.reason).toContain('has not asked for a boot script')
    expect((await stage.store.events()).some(({ type }) => type === 'console.screenshot')).toBe(true)
  })

  test('tells once that a host is stalled', async () => {
    const stage = await aStage(() => undefined)

    await stage.run({ limits: { phases: {}, readyWithinMs: 600_000 } })

    const stalled = (await stage.store.events()).filter(({ type }) => type === 'host.stalled')
    expect(stalled.length).toBe(1)
  })

  test('tells at once that an edge host from before stands in its way', async () => {
    const stage = await aStage(async (nth, change) => {
      if (nth > 1) return
      await stage.served('install')
      await stage.config()
      change({ state: 'off', cause: 'guest-shutdown' })
    })
    const look = async () => ({ ok: false, reason: 'it is still the one from before', duplicate: true })
    const limits = { phases: {}, readyWithinMs: 60_000 }

    await stage.run({ ready: { kind: 'palette' }, limits }, { look })

    const stalled = (await stage.store.events()).filter(({ type }) => type === 'host.stalled')
    expect(stalled.map(({ data }) => data)).toEqual([
      expect.objectContaining({ phase: 'disk-boot', rule: 'duplicate-registration' }),
    ])
  })

  test('resets a machine that hangs before its configuration, a few times', async () => {
    const stage = await aStage(async (nth) => {
      if (nth === 1) await stage.served('install')
    })

    await stage.run({ limits: { phases: {}, readyWithinMs: 3_600_000 } })

    expect(stage.done.filter((step) => step === 'power reset').length).toBe(2)
    const events = await stage.store.events()
    expect(events.filter(({ type }) => type === 'host.stalled').length).toBeGreaterThan(1)
    expect(stage.book.state('edge-1')?.life.installs).toBe(1)
  })

  test('resets a machine that was cut off from its root file system and does not begin anew, long before silence would', async () => {
    const stage = await aStage(async (nth) => {
      if (nth !== 1) return
      await stage.served('install')
      const { bootId } = stage.book.state('edge-1')?.life ?? {}
      const part = { role: 'rootfs', total: 1000 } as const
      const reason = 'the client went away'
      await stage.book.record('edge-1', { type: 'artifact.started', data: { ...part, bytes: 0 } }, bootId)
      await stage.book.record(
        'edge-1',
        { type: 'artifact.aborted', data: { ...part, bytes: 300, reason } },
        bootId,
      )
    })

    await stage.run({ limits: { phases: {}, readyWithinMs: 3_600_000 } })

    const events = await stage.store.events()
    const brokeOff = events.find(({ type }) => type === 'artifact.aborted')?.time ?? 0
    const reset =
      events.find(({ type, data }) => type === 'machine.power' && data.cause === 'reset')?.time ?? 0
    expect(reset - brokeOff).toBeGreaterThanOrEqual(30_000)
    expect(reset - brokeOff).toBeLessThan(60_000)
    expect(events.find(({ type }) => type === 'host.stalled')?.data).toMatchObject({ rule: 'root-cut-off' })
  })

  test('counts the time of a host from when it is let in, not while it waits for a place', async () => {
    const stage = await aStage(() => undefined)
    stage.admission.occupy('other', undefined)

    const running = stage.run({ limits: { phases: {}, readyWithinMs: 60_000 } })
    await stage.pass(3_600_000)
    expect(stage.book.state('edge-1')?.life.phase).toBe('defined')
    stage.admission.leave('other')

    expect((await running).failure?.phase).toBe('firmware')
  })

  test('does nothing to a host that is ready already', async () => {
    const stage = await aStage(() => undefined)
    await stage.book.record('edge-1', { type: 'machine.power', data: { state: 'on', cause: 'asked' } })
    await stage.served('install')
    await stage.config()
    await stage.served('local')
    await stage.book.record('edge-1', { type: 'probe.result', data: { probe: 'x', ok: true, detail: '' } })

    expect((await stage.run()).phase).toBe('ready')
    expect(stage.done).toEqual([])
  })
})
