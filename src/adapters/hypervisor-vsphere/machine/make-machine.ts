import { isRefusal } from '../../../codec/vim25/fault.ts'
import { createMachine, type MachineWishes } from '../../../codec/vim25/machine-calls.ts'
import type { NetworkBacking } from '../../../codec/vim25/network-backing.ts'
import { type ManagedObject, readReference } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { type MacAddress, vmwareStaticMac } from '../../../domain/mac-address.ts'
import type { MachineSpec } from '../../../domain/machine.ts'
import { EXTRA_CONFIG } from '../../../domain/vsphere-options.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { Placement } from '../inventory/placement.ts'
import { instanceUuidOf, marksOf } from './machine-marks.ts'

/** What stock installer images run well on, and every vSphere since 6.0 knows. */
const DEFAULT_GUEST = 'ubuntu64Guest'
const KIB_PER_GIB = 1024 * 1024

/** Calls for one machine at that place; resolves when it is there. A fault of the server is a VimRefusal. */
export async function makeMachine(
  client: VimClient,
  {
    spec,
    owner,
    placement,
  }: { readonly spec: MachineSpec; readonly owner: string; readonly placement: Placement },
  signal: AbortSignal,
): Promise<ManagedObject> {
  const { folder, pool, host, datastore } = placement
  const doing = `creating ${spec.name} in ${folder.path} on ${datastore.name}`
  const place = { folder: folder.ref, pool: pool.ref, host: host?.ref }
  const { standalone } = await client.content(signal)
  const call = createMachine(place, wishesOf(spec, owner, placement, standalone))
  try {
    const machine = readReference(await client.runTask(call, { doing, repeatable: false }, signal))
    if (machine) return machine
  } catch (error) {
    if (isRefusal(error, 'DuplicateName')) throw new NameTaken(spec.name, folder.path, error)
    throw error
  }
  throw new Failure('packet.malformed', `${doing}: the server does not say which machine it made`)
}

/** Something is in the folder under that name. It may be ours and on its way, so this is not the last word. */
export class NameTaken extends Failure {
  constructor(name: string, folder: string, cause: unknown) {
    super(
      'driver.refused',
      `${folder} holds something called ${name} that this data directory did not make; it is left alone: choose another ` +
        'name or folder, or remove it yourself',
      {},
      cause,
    )
  }
}

function wishesOf(
  spec: MachineSpec,
  owner: string,
  placement: Placement,
  standalone: boolean,
): MachineWishes {
  const { options = {} } = spec
  return {
    name: spec.name,
    hardwareVersion: options['hardwareVersion'],
    uuid: spec.uuid,
    instanceUuid: instanceUuidOf(owner, spec.name),
    guestId: options['guestId'] ?? DEFAULT_GUEST,
    annotation: options['annotation'] ?? `Made by Edgeboot for host ${spec.name}.`,
    cpus: spec.cpus,
    memoryMiB: spec.memoryMiB,
    extraConfig: { ...extraConfigOf(options), ...marksOf(owner, spec) },
    firmware: spec.firmware === 'uefi' ? 'efi' : 'bios',
    secureBoot: options['secureBoot'] === 'true',
    home: `[${placement.datastore.name}]`,
    diskKiB: spec.diskGiB * KIB_PER_GIB,
    network: backingOf(placement.network),
    mac: macOf(spec, standalone),
  }
}

/** A vCenter chooses one at once; an ESXi by itself only when the machine is first switched on, which is too late for us. */
function macOf({ assignsMac, mac }: MachineSpec, standalone: boolean): MacAddress | undefined {
  if (!assignsMac) return mac
  return standalone ? vmwareStaticMac(mac) : undefined
}

function extraConfigOf(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      name.startsWith(EXTRA_CONFIG) ? [[name.slice(EXTRA_CONFIG.length), value]] : [],
    ),
  )
}

function backingOf({ ref, backing }: Placement['network']): NetworkBacking {
  switch (backing.kind) {
    case 'standard':
      return { kind: 'standard', network: ref, name: backing.name }
    case 'distributed':
      return backing
    case 'opaque':
      return { kind: 'opaque', id: backing.networkId, type: backing.networkType }
  }
}
