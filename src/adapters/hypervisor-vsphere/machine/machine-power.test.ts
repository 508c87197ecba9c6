import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import {
  anElement,
  createFakeVimClient,
  type FakeObject,
  type FakeValue,
} from '../../../../test/support/fake-vim-client.ts'
import { createSilentLog } from '../../../../test/support/silent-log.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import type { PowerChange } from '../../../domain/machine.ts'
import type { UpdateListener } from '../client/update-hub.ts'
import { createMachinePower } from './machine-power.ts'
import type { PowerNote, PowerNotes } from './power-notes.ts'

const MACHINE = { type: 'VirtualMachine', id: 'vm-1' }

function inMemory(): PowerNotes {
  const kept = new Map<string, PowerNote>()
  return {
    read: (name) => kept.get(name),
    write: (name, note) => void kept.set(name, note),
    remove: (name) => void kept.delete(name),
  }
}

/** A vCenter with one machine, and processes that watch it one after the other. */
function aSite() {
  const notes = inMemory()
  const machine = { ref: MACHINE, properties: {} as Record<string, FakeValue> }
  const objects: FakeObject[] = [machine]
  const listeners = new Set<UpdateListener>()
  let refused: string | undefined
  let tasks = 0

  const set = (changes: Record<string, FakeValue>): void => {
    Object.assign(machine.properties, changes)
    const all = Object.entries(machine.properties).map(
      ([path, value]) => [path, anElement('val', String(value))] as const,
    )
    for (const listener of [...listeners]) listener(new Map(all), new Set(Object.keys(changes)))
  }
  /** A task as the server keeps it for a while. */
  const task = (descriptionId: string): void => {
    tasks += 1
    const ref = { type: 'Task', id: `task-${tasks}` }
    const queueTime = new Date(1_700_000_000_000 + tasks * 1000).toISOString()
    objects.push({
      ref,
      properties: {
        'info.descriptionId': descriptionId,
        'info.state': 'success',
        'info.queueTime': queueTime,
      },
    })
    const known = (machine.properties['recentTask'] ?? []) as never[]
    machine.properties['recentTask'] = [...known, ref]
  }
  const run = (method: string) => () => {
    if (refused === method) {
      refused = undefined
      throw new VimRefusal({ type: 'NoPermission', message: '', properties: {} }, 'switching')
    }
    const isOn = method === 'PowerOnVM_Task'
    task(isOn ? 'VirtualMachine.powerOn' : 'VirtualMachine.powerOff')
    set({ 'runtime.powerState': isOn ? 'poweredOn' : 'poweredOff' })
    return anElement('answer')
  }
  const client = {
    ...createFakeVimClient(objects, {
      PowerOnVM_Task: run('PowerOnVM_Task'),
      PowerOffVM_Task: run('PowerOffVM_Task'),
    }),
    watch: (_: unknown, listener: UpdateListener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  set({ 'runtime.powerState': 'poweredOff', 'runtime.connectionState': 'connected' })

  /** Another process with the same notes. */
  const open = () => {
    const told: PowerChange[] = []
    const end = new AbortController()
    const parts = { client, notes, clock: createFakeClock(), log: createSilentLog() }
    const power = createMachinePower({ object: MACHINE, name: 'edge-1' }, parts)
    const listening = (async () => {
      for await (const change of power.watch(end.signal)) told.push(change)
    })()
    return {
      power,
      told,
      end: async () => {
        end.abort()
        power.detach()
        await listening
      },
    }
  }
  return {
    open,
    set,
    task,
    tell: (...news: Parameters<UpdateListener>) => {
      for (const listener of [...listeners]) listener(...news)
    },
    refuse: (method: string) => {
      refused = method
    },
    remove: () => objects.splice(objects.indexOf(machine), 1),
    isOn: () => machine.properties['runtime.powerState'] !== 'poweredOff',
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
const signal = AbortSignal.timeout(60_000)

describe('why a machine is off', () => {
  async function switchedOn() {
    const site = aSite()
    const process = site.open()
    await settled()
    await process.power.change('on', signal)
    await settled()
    return { site, ...process }
  }

  test('its guest switched it off: nobody else did', async () => {
    const { site, told } = await switchedOn()
    site.set({ 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.slice(1)).toEqual([
      { state: 'on', cause: 'asked' },
      { state: 'off', cause: 'guest-shutdown' },
    ])
  })

  test.each(['VirtualMachine.powerOff', 'vim.VirtualMachine.powerOff'])(
    'somebody switched it off: there is a task %s',
    async (descriptionId) => {
      const { site, told } = await switchedOn()
      site.task(descriptionId)
      site.set({ 'runtime.powerState': 'poweredOff' })
      await settled()
      expect(told.at(-1)).toEqual({ state: 'off', cause: 'unknown' })
    },
  )

  test('it was removed as soon as it was off', async () => {
    const { site, told } = await switchedOn()
    site.remove()
    site.set({ 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'off', cause: 'lost' })
  })

  test('its host was out of sight, and it is off when that is back', async () => {
    const { site, told } = await switchedOn()
    site.set({ 'runtime.connectionState': 'disconnected', 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'on', cause: 'asked' })
    site.set({ 'runtime.connectionState': 'connected' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'off', cause: 'lost' })
  })

  test('a host that is back with the machine still on is no news', async () => {
    const { site, told } = await switchedOn()
    site.set({ 'runtime.connectionState': 'disconnected' })
    site.set({ 'runtime.connectionState': 'connected' })
    site.set({ 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.slice(1).map(({ cause }) => cause)).toEqual(['asked', 'guest-shutdown'])
  })

  test('it is not off while it is suspended, and is woken when it is switched on', async () => {
    const { site, told, power } = await switchedOn()
    site.set({ 'runtime.powerState': 'suspended' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'on', cause: 'asked' })
    expect(await power.state(signal)).toBe('on')
    await power.change('on', signal)
    site.set({ 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'off', cause: 'guest-shutdown' })
  })

  test('that we were not allowed to switch it off does not make us the cause', async () => {
    const { site, told, power } = await switchedOn()
    site.refuse('PowerOffVM_Task')
    await expect(power.change('off', signal)).rejects.toMatchObject({ code: 'driver.forbidden' })
    site.set({ 'runtime.powerState': 'poweredOff' })
    await settled()
    expect(told.at(-1)).toEqual({ state: 'off', cause: 'guest-shutdown' })
  })

  test('an address that comes with what was known of the power before is no news of the power', async () => {
    const { site, told, power } = await switchedOn()
    const late = new Map([
      ['runtime.powerState', anElement('val', 'poweredOff')],
      ['guest.ipAddress', anElement('val', '192.0.2.7')],
    ])
    site.tell(late, new Set(['guest.ipAddress']))
    await settled()
    expect(told.at(-1)).toEqual({ state: 'on', cause: 'asked' })
    expect(power.address()).toBe('192.0.2.7')
  })

  test('a server that does not tell the power is not taken for one that says off', async () => {
    const { site, power } = await switchedOn()
    site.set({ 'runtime.powerState': '' })
    await expect(power.state(signal)).rejects.toMatchObject({ code: 'driver.forbidden' })
  })
})

/** What can happen to a machine, and to the process that looks after it. */
const STEP = fc.constantFrom(
  'we switch on',
  'we switch off',
  'we may not switch off',
  'guest switches off',
  'somebody switches off',
  'somebody switches on',
  'somebody suspends and wakes',
  'process ends',
)

property.prop([fc.array(STEP, { maxLength: 14 })], { numRuns: 150 })(
  'in whatever order things happen, only a guest that switched itself off is said to have done so',
  async (steps) => {
    const site = aSite()
    let process = site.open()
    await settled()
    const why: string[] = []
    for (const step of steps) {
      const isOn = site.isOn()
      const before = process.told.length
      switch (step) {
        case 'we switch on':
          await process.power.change('on', signal)
          break
        case 'we switch off':
          if (isOn) why.push('asked')
          await process.power.change('off', signal)
          break
        case 'we may not switch off':
          if (!isOn) break
          site.refuse('PowerOffVM_Task')
          await process.power.change('off', signal).catch(() => undefined)
          break
        case 'guest switches off':
          if (!isOn) break
          why.push('guest-shutdown')
          site.set({ 'runtime.powerState': 'poweredOff' })
          break
        case 'somebody switches off':
          if (!isOn) break
          why.push('unknown')
          site.task('VirtualMachine.powerOff')
          site.set({ 'runtime.powerState': 'poweredOff' })
          break
        case 'somebody switches on':
          if (isOn) break
          site.task('VirtualMachine.powerOn')
          site.set({ 'runtime.powerState': 'poweredOn' })
          break
        case 'somebody suspends and wakes':
          if (!isOn) break
          site.set({ 'runtime.powerState': 'suspended' })
          site.set({ 'runtime.powerState': 'poweredOn' })
          break
        case 'process ends':
          await process.end()
          process = site.open()
      }
      await settled()
      const change = process.told.at(-1)
      expect(change?.state).toBe(site.isOn() ? 'on' : 'off')
      const isNew = process.told.length > before || step === 'process ends'
      if (isNew && change?.state === 'off' && why.length > 0) expect(change.cause).toBe(why.at(-1))
    }
    await process.end()
  },
)
