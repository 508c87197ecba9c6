import { isRefusal } from '../../codec/vim25/fault.ts'
import { destroy, powerOff } from '../../codec/vim25/machine-calls.ts'
import { MACHINE_VIEW, type MachineView, readMachineView } from '../../codec/vim25/machine-view.ts'
import type { ManagedObject } from '../../codec/vim25/reference.ts'
import { findByInstanceUuid, findChild, readFound } from '../../codec/vim25/service-calls.ts'
import { createTurns } from '../../domain/async/turns.ts'
import { Failure } from '../../domain/failure.ts'
import { isMachineName, type MachineSpec } from '../../domain/machine.ts'
import { isLoopback } from '../../domain/plain-address.ts'
import { requireVsphereOptions } from '../../domain/vsphere-options.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { MachineDriver } from '../../ports/machine-driver.ts'
import { steadily } from './client/steadily.ts'
import type { VimClient } from './client/vim-client.ts'
import type { Inventory } from './inventory/inventory.ts'
import { mergePlaces, type Placement, type WantedPlaces } from './inventory/placement.ts'
import { instanceUuidOf, isMarked, readSpec, requireSameSpec } from './machine/machine-marks.ts'
import { makeMachine, NameTaken } from './machine/make-machine.ts'
import { createPowerNotes, noted } from './machine/power-notes.ts'
import { createVsphereMachine, type VsphereMachine } from './machine/vsphere-machine.ts'
import { createMediaLibrary } from './media/media-library.ts'
import { createUploadNotes } from './media/upload-notes.ts'
import type { VsphereDefaults } from './settings/vsphere-settings.ts'

export interface VsphereDriverOptions {
  readonly client: VimClient
  readonly inventory: Inventory
  /** Places for machines that do not say where they go. */
  readonly defaults: VsphereDefaults
  /** Id of the data directory: whose machines they are. */
  readonly owner: string
  /** For what the next process has to know; made if missing. */
  readonly directory: string
  readonly clock: Clock
  readonly log: Log
  /** Says to people what takes long or was filled in. */
  readonly tell: (text: string) => void
}

/** A machine that is being made by an earlier process can be seen by then. Milliseconds. */
const MAKING_MS = 120_000
const LOOK_MS = 1000
const PLACES = ['datacenter', 'datastore', 'folder', 'pool', 'cluster', 'host'] as const

/**
 * Machines of a vCenter or an ESXi. They are found by our mark, wherever they were moved and whatever they are called;
 * what has no mark of this data directory is never touched. Disposing lets go of them and leaves them as they are.
 */
export function createVsphereDriver(options: VsphereDriverOptions): MachineDriver {
  const { client, inventory, defaults, owner, directory, clock, log, tell } = options
  const notes = createPowerNotes(directory)
  const media = createMediaLibrary({ client, clock, log, tell, uploads: createUploadNotes(directory) })
  const machines = new Map<string, VsphereMachine>()
  const turns = createTurns()
  const told = new Set<string>()

  function requireName(name: string): void {
    if (!isMachineName(name))
      throw new Failure('usage.invalid', `${JSON.stringify(name.slice(0, 80))} is no machine name`)
  }

  function machineOf(object: ManagedObject, spec: MachineSpec): VsphereMachine {
    const known = machines.get(spec.name)
    if (known?.object.id === object.id) return known
    known?.detach()
    const machine = createVsphereMachine(object, spec, { client, media, notes, clock, log })
    machines.set(spec.name, machine)
    return machine
  }

  async function search(name: string, signal: AbortSignal) {
    const { searchIndex } = await client.content(signal)
    const call = findByInstanceUuid(searchIndex, instanceUuidOf(owner, name))
    const found = readFound(
      await client.call(call, { doing: `looking for ${name}`, repeatable: true }, signal),
    )
    return found && (await look(found, signal))
  }

  async function look(object: ManagedObject, signal: AbortSignal) {
    const [found] = await client.retrieve([MACHINE_VIEW], [object], signal)
    return found && { object, view: readMachineView(found.properties) }
  }

  /** What has our UUID but not our mark was made or changed by somebody else. */
  function requireOurs(view: MachineView, name: string): void {
    if (isMarked(view, owner, name)) return
    throw new Failure(
      'driver.refused',
      `machine ${view.name} takes the place of host ${name} but is not marked as made for it; it is left alone: look at it ` +
        'in the inventory, and remove it or choose another name',
    )
  }

  async function findOurs(name: string, signal: AbortSignal) {
    const found = await search(name, signal)
    if (!found) return undefined
    requireOurs(found.view, name)
    return found
  }

  async function createNow(spec: MachineSpec, signal: AbortSignal): Promise<VsphereMachine> {
    const known = await findOurs(spec.name, signal)
    if (known) {
      const had = readSpec(known.view, spec.name)
      requireSameSpec(had, spec)
      return machineOf(known.object, { ...spec, mac: had.mac, uuid: had.uuid })
    }
    const wanted = placesOf(spec, defaults)
    const placement = await inventory.resolvePlacement(wanted, signal)
    tellOnce(placement)
    notes.remove(spec.name)
    const object = await makeOrFind(spec, placement, signal)
    const made = await look(object, signal)
    if (!made)
      throw new Failure('driver.unreachable', `${spec.name} vanished as soon as it was made`, { sent: true })
    const { mac, uuid } = readSpec(made.view, spec.name)
    return machineOf(object, { ...spec, mac, uuid })
  }

  /** A name that is taken may be taken by our own machine, which an earlier call is still making. */
  async function makeOrFind(
    spec: MachineSpec,
    placement: Placement,
    signal: AbortSignal,
  ): Promise<ManagedObject> {
    const until = clock.now() + MAKING_MS
    for (;;) {
      try {
        return await makeMachine(client, { spec, owner, placement }, signal)
      } catch (error) {
        if (isRefusal(error, 'ManagedObjectNotFound')) inventory.forget()
        if (!(error instanceof NameTaken)) throw error
        const known = await findOurs(spec.name, signal)
        if (known) return known.object
        if (clock.now() > until || !(await isHalfMade(spec.name, placement, signal))) throw error
        await clock.sleep(LOOK_MS, signal)
      }
    }
  }

  /** True for a machine of that name that has no configuration yet. */
  async function isHalfMade(name: string, { folder }: Placement, signal: AbortSignal): Promise<boolean> {
    const { searchIndex } = await client.content(signal)
    const call = findChild(searchIndex, folder.ref, name)
    const child = readFound(
      await client.call(call, { doing: `looking for ${name}`, repeatable: true }, signal),
    )
    if (!child) return true
    const found = child.type === 'VirtualMachine' ? await look(child, signal) : { view: { uuid: 'none' } }
    return found === undefined || found.view.uuid === ''
  }

  function tellOnce({ filledIn }: Placement): void {
    for (const text of filledIn) if (!told.has(text)) tell(`vSphere: ${text}`)
    for (const text of filledIn) told.add(text)
  }

  async function deleteNow(name: string, signal: AbortSignal): Promise<void> {
    const found = await findOurs(name, signal)
    if (!found) return
    if (found.view.isOn) await switchOff(name, found.object, signal)
    const options = { doing: `removing ${found.view.name}`, repeatable: true }
    try {
      await client.runTask(destroy(found.object), options, signal)
    } catch (error) {
      if (!isRefusal(error, 'ManagedObjectNotFound')) throw error
    }
  }

  /** Also of one whose marks are damaged. */
  async function switchOff(name: string, object: ManagedObject, signal: AbortSignal): Promise<void> {
    await noted(notes, name, 'off', async () => {
      try {
        await client.runTask(powerOff(object), { doing: `switching ${name} off`, repeatable: true }, signal)
      } catch (error) {
        if (!isRefusal(error, 'InvalidPowerState')) throw error
      }
    })
  }

  return {
    kind: 'vsphere',
    can: { typeKeys: true, screenshot: true, seeGuestResets: false, forwardPorts: false },
    describe: async (signal) => {
      // A password that is wrong is better told now than for each machine.
      await client.sessionKey(signal)
      return `${(await client.content(signal)).fullName} at ${client.address}`
    },
    serverAddress: () => {
      const address = client.localAddress()
      return address && !isLoopback(address) ? address : undefined
    },
    check: async (spec, signal) => {
      requireVsphereOptions(spec.options ?? {})
      tellOnce(await inventory.resolvePlacement(placesOf(spec, defaults), signal))
    },
    create: async (spec, signal) => {
      requireName(spec.name)
      requireVsphereOptions(spec.options ?? {})
      return turns.take(spec.name, () => steadily(() => createNow(spec, signal), clock, signal))
    },
    find: async (name, signal) => {
      requireName(name)
      return turns.take(name, () =>
        steadily(
          async () => {
            const found = await findOurs(name, signal)
            return found && machineOf(found.object, readSpec(found.view, name))
          },
          clock,
          signal,
        ),
      )
    },
    delete: async (name, signal) => {
      requireName(name)
      return turns.take(name, async () => {
        await steadily(() => deleteNow(name, signal), clock, signal)
        machines.get(name)?.removed()
        machines.delete(name)
        notes.remove(name)
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const machine of machines.values()) machine.detach()
      await client[Symbol.asyncDispose]()
    },
  }
}

/** Where a machine wants to be: what it says itself, and for the rest the defaults. */
function placesOf(
  { options = {}, network }: Pick<MachineSpec, 'options' | 'network'>,
  defaults: VsphereDefaults,
): WantedPlaces {
  const own: WantedPlaces = Object.fromEntries(
    PLACES.flatMap((place) => (options[place] === undefined ? [] : [[place, options[place]]])),
  )
  const named = network.kind === 'named' && network.name !== '' ? { network: network.name } : {}
  return mergePlaces(defaults, { ...own, ...named })
}
