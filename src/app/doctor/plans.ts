import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DesiredFleet, DesiredHost, DesiredInstaller } from '../../domain/desired-fleet.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import { identityKey } from '../../ports/blob-source.ts'
import type { Log } from '../../ports/log.ts'
import { hasDatabaseUrl, openStore } from '../open-store.ts'

/** A host with the memory that its machine is to have, where somebody said. */
export interface PlannedHost {
  readonly name: string
  readonly memoryMiB?: number | undefined
}

/** An ISO, and who is to be installed from it. */
export interface PlannedInstaller {
  readonly name: string
  readonly isoPath: string
  readonly paths?: DesiredInstaller['paths']
  /** What the file was when it was registered or opened (`identityKey`). */
  readonly identity?: string | undefined
  /** Since when that is so, fits after "has changed since". */
  readonly since?: string
  readonly hosts: readonly PlannedHost[]
}

/** What machines on this very computer take together. */
export interface PlannedMachines {
  readonly count: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

/** What is meant to be done. */
export interface Plans {
  readonly installers: readonly PlannedInstaller[]
  readonly machines: PlannedMachines
  /** Of a fleet, of which machines may run already. */
  readonly mayRun: boolean
  /** Hosts of the fleet. */
  readonly hosts: number
}

/** Of machines for which nothing else is said (services/enrol-hosts.ts). */
export const STANDARD_MACHINE = { memoryMiB: 32 * 1024, diskGiB: 300 } as const

export const NO_PLANS: Plans = {
  installers: [],
  machines: { count: 0, memoryMiB: 0, diskGiB: 0 },
  mayRun: false,
  hosts: 0,
}

/** What is kept in a data directory, also beside the server that works on it; nothing is made or changed. */
export async function readPlans(options: {
  readonly dataDirectory: string
  readonly log: Log
}): Promise<{ readonly plans: Plans; readonly bootPort?: number | undefined; readonly finding?: Finding }> {
  const { dataDirectory, log } = options
  if (!existsSync(join(dataDirectory, 'edgeboot.db')) && !(hasDatabaseUrl() && existsSync(dataDirectory)))
    return { plans: NO_PLANS }
  try {
    await using place = await openStore({ dataDirectory, purpose: 'doctor', access: 'look', log })
    const registered = await place.store.installers()
    const saved = Number(await place.store.setting('boot-port'))
    const stored = await place.store.fleet()
    const plans = plansOf(stored?.fleet, (installer) => {
      const known = registered.find(({ identity }) => identity.path === installer.isoPath)
      return known && { identity: identityKey(known.identity), since: 'it was registered' }
    })
    const inFleet = new Set(plans.installers.map(({ isoPath }) => isoPath))
    const others = registered
      .filter(({ identity }) => !inFleet.has(identity.path))
      .map((known) => ({
        ...{ name: known.name, isoPath: known.identity.path, paths: known.paths },
        ...{ identity: identityKey(known.identity), since: 'it was registered', hosts: [] },
      }))
    const bootPort = Number.isInteger(saved) && saved > 0 ? saved : undefined
    return { plans: { ...plans, installers: [...plans.installers, ...others] }, bootPort }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { plans: NO_PLANS, finding: { name: 'state', verdict: 'bad', detail: error.message } }
  }
}

/** Of a fleet. `knownAs`: what an ISO was when somebody looked last. */
export function plansOf(
  fleet: DesiredFleet | undefined,
  knownAs: (installer: DesiredInstaller) => Pick<PlannedInstaller, 'identity' | 'since'> | undefined = () =>
    undefined,
): Plans {
  if (!fleet) return NO_PLANS
  const hostsOf = Map.groupBy(fleet.hosts, ({ installer }) => installer)
  const installers = fleet.installers.map((installer) => ({
    ...{ name: installer.name, isoPath: installer.isoPath, paths: installer.paths, ...knownAs(installer) },
    hosts: (hostsOf.get(installer.name) ?? []).map(({ name, machine }) => ({
      name,
      ...(machine ? { memoryMiB: machine.memoryMiB ?? STANDARD_MACHINE.memoryMiB } : {}),
    })),
  }))
  return { installers, machines: machinesHere(fleet.hosts), mayRun: true, hosts: fleet.hosts.length }
}

function machinesHere(hosts: readonly DesiredHost[]): PlannedMachines {
  const here = hosts.flatMap(({ machine }) => (machine?.driver === 'qemu' ? [machine] : []))
  const sum = (of: (machine: (typeof here)[number]) => number) =>
    here.reduce((total, machine) => total + of(machine), 0)
  return {
    count: here.length,
    memoryMiB: sum(({ memoryMiB }) => memoryMiB ?? STANDARD_MACHINE.memoryMiB),
    diskGiB: sum(({ diskGiB }) => diskGiB ?? STANDARD_MACHINE.diskGiB),
  }
}
