import { element, typedElement, type XmlNode } from '../soap/render-xml.ts'
import { type BootDevice, bootOrderNode } from './boot-order.ts'
import { type VimCall, vimCall } from './call.ts'
import { type DeviceWishes, type EditedDrive, editedCdrom, newDevices } from './device-specs.ts'
import { type ManagedObject, referenceNode } from './reference.ts'

/** A machine that is to be made. */
export interface MachineWishes extends DeviceWishes {
  readonly name: string
  /** `vmx-19`; absent: what the place makes by default. */
  readonly hardwareVersion?: string | undefined
  /** SMBIOS UUID. */
  readonly uuid: string
  /** By which it is found again. */
  readonly instanceUuid: string
  readonly guestId: string
  readonly annotation: string
  readonly cpus: number
  readonly memoryMiB: number
  readonly extraConfig: Readonly<Record<string, string>>
  readonly firmware: 'bios' | 'efi'
  readonly secureBoot: boolean
}

/** Where it is made. Without a host the cluster places it. */
export interface MachinePlace {
  readonly folder: ManagedObject
  readonly pool: ManagedObject
  readonly host?: ManagedObject | undefined
}

/** The task's result is the machine. Elements are in the order of `VirtualMachineConfigSpec`. */
export function createMachine({ folder, pool, host }: MachinePlace, wishes: MachineWishes): VimCall {
  const config = element('config', [
    element('name', wishes.name),
    element('version', wishes.hardwareVersion),
    element('uuid', wishes.uuid),
    element('instanceUuid', wishes.instanceUuid),
    element('guestId', wishes.guestId),
    element('annotation', wishes.annotation),
    element('files', [element('vmPathName', wishes.home)]),
    element('numCPUs', wishes.cpus),
    element('memoryMB', wishes.memoryMiB),
    ...newDevices(wishes),
    ...extraConfigNodes(wishes.extraConfig),
    element('bootOptions', wishes.secureBoot ? [element('efiSecureBootEnabled', true)] : undefined),
    element('firmware', wishes.firmware),
  ])
  return vimCall(
    'CreateVM_Task',
    folder,
    config,
    referenceNode('pool', pool),
    host && referenceNode('host', host),
  )
}

/** Changes what is in the CD drive and the order of booting; `secureBoot` is repeated, so that it surely stays. */
export function changeMedia(
  machine: ManagedObject,
  drive: EditedDrive,
  isoPath: string | undefined,
  boot: { readonly order: readonly BootDevice[]; readonly secureBoot: boolean },
): VimCall {
  const spec = element('spec', [
    editedCdrom(drive, isoPath),
    element('bootOptions', [
      boot.secureBoot ? element('efiSecureBootEnabled', true) : undefined,
      ...boot.order.map(bootOrderNode),
    ]),
  ])
  return vimCall('ReconfigVM_Task', machine, spec)
}

export function powerOn(machine: ManagedObject): VimCall {
  return vimCall('PowerOnVM_Task', machine)
}

export function powerOff(machine: ManagedObject): VimCall {
  return vimCall('PowerOffVM_Task', machine)
}

export function reset(machine: ManagedObject): VimCall {
  return vimCall('ResetVM_Task', machine)
}

/** Removes it with its files. Fault `InvalidPowerState` in the task while it is on. */
export function destroy(machine: ManagedObject): VimCall {
  return vimCall('Destroy_Task', machine)
}

/** The task's result is the path of a PNG beside the machine's files. */
export function createScreenshot(machine: ManagedObject): VimCall {
  return vimCall('CreateScreenshot_Task', machine)
}

function extraConfigNodes(options: Readonly<Record<string, string>>): readonly XmlNode[] {
  return Object.entries(options).map(([key, value]) =>
    element('extraConfig', [element('key', key), typedElement('value', 'xsd:string', value)]),
  )
}
