import { existsSync } from 'node:fs'
import { openQemuDriver } from '../../../src/adapters/hypervisor-qemu/qemu-driver.ts'
import { parseMacAddress } from '../../../src/domain/mac-address.ts'
import { type MachineSpec, parseMachineNetwork } from '../../../src/domain/machine.ts'
import { parseUuid } from '../../../src/domain/uuid.ts'
import type { Log } from '../../../src/ports/log.ts'
import type { Machine } from '../../../src/ports/machine-driver.ts'
import { realPath } from './datastore-paths.ts'
import type { LabMachine } from './inventory.ts'
import type { PoweredMachines } from './powered-machines.ts'
import type { LabDatastore } from './simulator-process.ts'

export interface QemuMachineOptions {
  readonly directory: string
  readonly datastores: readonly LabDatastore[]
  readonly log: Log
  /** Ports of guests that `endpoint` is to reach. */
  readonly probePorts: readonly number[]
  /** A guest has switched itself off, or its process is gone. */
  readonly onGuestOff: (moid: string) => Promise<void>
}

/** Longest that QEMU takes for one thing, in milliseconds. */
const PATIENCE_MS = 120_000
/** Between two keys, in milliseconds: what the firmware of a guest keeps up with under emulation. */
const KEY_INTERVAL_MS = 40

/** Machines of the inventory as QEMU machines of this computer; they end with their scope. */
export async function openQemuMachines(options: QemuMachineOptions): Promise<PoweredMachines> {
  const { datastores, log, onGuestOff } = options
  const driver = await openQemuDriver({ directory: options.directory, log })
  const known = new Map<string, Machine>()
  const ended = new AbortController()
  const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS)

  async function follow(moid: string, machine: Machine): Promise<void> {
    for await (const { state, cause } of machine.watch(ended.signal))
      if (state === 'off' && cause !== 'asked') await onGuestOff(moid)
  }

  function require(moid: string): Machine {
    const machine = known.get(moid)
    if (machine) return machine
    throw new Error(`${moid} was never on`)
  }

  return {
    on: async (given) => {
      const { moid } = given
      const machine = await driver.create(specOf(given, options.probePorts), soon())
      const iso = given.cd?.startConnected ? isoOf(given, datastores) : undefined
      await machine.setMedia(iso, soon(), { first: given.bootOrder[0] === 'cdrom' })
      await machine.power('on', soon())
      // Only now: a machine that is still off must not be told of.
      const isNew = !known.has(moid)
      known.set(moid, machine)
      if (isNew)
        follow(moid, machine).catch((error: unknown) => log.error({ err: error, moid }, 'nobody follows it'))
    },
    off: async (moid) => known.get(moid)?.power('off', soon()),
    reset: (moid) => require(moid).power('reset', soon()),
    remove: async (moid) => {
      known.delete(moid)
      await driver.delete(moid, soon())
    },
    typeKeys: (moid, chords) => require(moid).typeKeys(chords, KEY_INTERVAL_MS, soon()),
    screenshot: (moid) => require(moid).screenshot(soon()),
    consoleLog: (moid) => known.get(moid)?.consoleLogPath,
    endpoint: (moid, port) => known.get(moid)?.endpoint(port),
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await Promise.all([...known.keys()].map((moid) => driver.delete(moid, soon())))
      await driver[Symbol.asyncDispose]()
    },
  }
}

function specOf(machine: LabMachine, probePorts: readonly number[]): MachineSpec {
  const mac = parseMacAddress(machine.mac ?? '')
  const uuid = parseUuid(machine.uuid)
  if (!mac || !uuid) throw new Error(`${machine.name} has no network card or no UUID`)
  return {
    name: machine.moid,
    mac,
    uuid,
    firmware: machine.firmware === 'efi' ? 'uefi' : 'bios',
    cpus: machine.cpus,
    memoryMiB: machine.memoryMiB,
    diskGiB: Math.max(1, Math.ceil(machine.disks[0] ?? 1)),
    network: parseMachineNetwork('user'),
    probePorts,
  }
}

/** The real file of the ISO in the drive; a real machine starts without one that is not there. */
function isoOf({ cd, datastoreIds }: LabMachine, datastores: readonly LabDatastore[]): string | undefined {
  const near = datastores.find(({ id }) => datastoreIds.includes(id))?.datacenter
  const path = cd?.iso === undefined ? undefined : realPath(datastores, cd.iso, near)
  return path !== undefined && existsSync(path) ? path : undefined
}
