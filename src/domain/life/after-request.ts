import type { ArtifactRole } from '../artifact.ts'
import type { HostEvent } from '../event.ts'
import { isBefore } from '../phase.ts'
import { enter, type Life, type Refusals, type Transfer } from './life-facts.ts'

type ScriptEvent = Extract<HostEvent, { type: 'script.served' }>

/** The life after a machine asked for a script in the name of the host. */
export function afterScript(before: Life, { data, bootId, time: at }: ScriptEvent): Life | undefined {
  // Somebody else asked in its name.
  if (data.action === 'refused') return { ...before, strangers: oneMore(before.strangers, data.address) }
  if (data.action === 'unknown') return before
  // Its firmware has done its part.
  const { netboot: _, ...rest } = before
  const life: Life = { ...rest, address: data.address }
  switch (data.action) {
    case 'install':
      if (!isBefore(life.phase, 'config')) return undefined
      return {
        ...enter(withoutConfig(life), 'script', at),
        installs: life.installs + 1,
        transfers: {},
        ...(bootId ? { bootId } : {}),
        ...(data.installer ? { installer: data.installer } : {}),
        ...(data.uuid ? { uuid: data.uuid } : {}),
        bootAddresses: [data.address],
        ...countAddressChange(life, data.address),
      }
    case 'local':
      if (life.phase === 'config' || life.phase === 'installing') {
        return enter(enter(life, 'installed', at), 'disk-boot', at)
      }
      return life.phase === 'installed' || life.phase === 'disk-boot'
        ? { ...enter(life, 'disk-boot', at), localBoots: (life.localBoots ?? 0) + 1 }
        : life
    case 'wait':
      return life
  }
}

function withoutConfig({ configAddresses: _, ...life }: Life): Life {
  return life
}

/** The live system may well be at another address than the firmware; scripts, though, are asked for by iPXE alone. */
function countAddressChange({ bootAddresses: [before], addressChanges = 0 }: Life, address: string) {
  return before === undefined || before === address ? {} : { addressChanges: addressChanges + 1 }
}

/** The refusals and one more. */
export function oneMore(before: Refusals | undefined, address: string): Refusals {
  return { count: (before?.count ?? 0) + 1, address }
}

type TransferEvent = Extract<HostEvent, { type: `artifact.${string}` }>

/** How many breaks of a download are remembered: whether they are at the same place shows from the last two. */
const MAX_BREAKS = 4

/** The life after a download began, went on or ended. */
export function afterTransfer(life: Life, { type, data, time }: TransferEvent): Life {
  const { role } = data
  const before = life.transfers[role]
  const begun = type === 'artifact.started'
  const transfer: Transfer = {
    bytes: data.bytes,
    total: data.total,
    rate: data.rate ?? before?.rate ?? 0,
    startedAt: begun ? time : (before?.startedAt ?? time),
    attempts: (before?.attempts ?? 0) + (begun || !before ? 1 : 0),
    ...breaks(before, type === 'artifact.aborted' ? data.bytes : undefined),
    ...(type === 'artifact.aborted' ? { cutOffAt: time } : {}),
    ...(type === 'artifact.finished' && data.bytes >= data.total ? { finishedAt: time } : {}),
  }
  const known: Life = { ...life, transfers: { ...life.transfers, [role]: transfer } }
  const updated = canBringAddress(life, role) ? withAddress(known, data.address) : known
  return begun && isBefore(life.phase, role) ? enter(updated, role, time) : updated
}

function breaks(
  before: Transfer | undefined,
  bytes: number | undefined,
): { readonly brokeOffAt?: readonly number[] } {
  const known = before?.brokeOffAt ?? []
  const all = bytes === undefined ? known : [...known, bytes].slice(-MAX_BREAKS)
  return all.length > 0 ? { brokeOffAt: all } : {}
}

/**
 * The live system may have been leased another address than the firmware, which has what came before. Once it has
 * its configuration it is known; whoever reads the boot id off a console then gains nothing by downloading.
 */
function canBringAddress({ phase }: Life, role: ArtifactRole): boolean {
  return role === 'rootfs' && isBefore(phase, 'config')
}

/** More addresses than the firmware's and the live system's point to a fault or to somebody else. */
const MAX_BOOT_ADDRESSES = 8

function withAddress(life: Life, address: string | undefined): Life {
  const { bootAddresses: known } = life
  if (!address) return life
  return { ...life, bootAddresses: withOneMore(known, address) }
}

function withOneMore(known: readonly string[], address: string): readonly string[] {
  return known.includes(address) || known.length >= MAX_BOOT_ADDRESSES ? known : [...known, address]
}

type ConfigEvent = Extract<HostEvent, { type: 'config.served' }>

/** The life after its configuration was fetched. */
export function afterConfig(before: Life, { data: { inert, address }, time: at }: ConfigEvent): Life {
  const life: Life = { ...before, address }
  if (!inert) {
    const configAddresses = withOneMore(life.configAddresses ?? [], address)
    return { ...(isBefore(life.phase, 'config') ? enter(life, 'config', at) : life), configAddresses }
  }
  // Installed hosts keep asking for their config_url at every scan: only one that runs from its disk does.
  return life.phase === 'installed' ? enter(life, 'disk-boot', at) : life
}

/** The life after the host reported `life.stage`. */
export function afterStage(life: Life, at: number): Life {
  switch (life.stage) {
    case 'kairos-install.pre':
    case 'before-install':
    case 'after-install-chroot':
      return isBefore(life.phase, 'installing') ? enter(life, 'installing', at) : life
    case 'after-install':
    case 'kairos-install.after':
      return isBefore(life.phase, 'installed') ? enter(life, 'installed', at) : life
    case 'disk-boot': {
      const told = { ...life, diskBootTold: true }
      return isBefore(life.phase, 'disk-boot') ? enter(told, 'disk-boot', at) : told
    }
    default:
      return life
  }
}
