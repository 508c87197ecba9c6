import { childOf, childrenOf, textOf, type XmlElement } from '../soap/xml-element.ts'
import { type BootDevice, readBootOrder } from './boot-order.ts'
import type { EditedDrive } from './device-specs.ts'
import type { PropertySpec } from './property-calls.ts'

/** What the server tells of a machine. */
export interface MachineView {
  readonly name: string
  readonly uuid: string
  readonly instanceUuid: string
  readonly isOn: boolean
  readonly extraConfig: ReadonlyMap<string, string>
  /** Keys of its disks. */
  readonly disks: readonly number[]
  readonly cards: readonly { readonly key: number; readonly mac: string }[]
  readonly drive: CdDrive | undefined
  readonly bootOrder: readonly BootDevice[]
  readonly secureBoot: boolean
  /** `[datastore] folder/file.vmx`. */
  readonly vmxPath: string
}

export interface CdDrive extends EditedDrive {
  /** `[datastore] folder/file.iso`. */
  readonly isoPath: string | undefined
  readonly startConnected: boolean
}

export const MACHINE_VIEW: PropertySpec = {
  type: 'VirtualMachine',
  paths: [
    'name',
    'runtime.powerState',
    'config.uuid',
    'config.instanceUuid',
    'config.extraConfig',
    'config.hardware.device',
    'config.bootOptions',
    'config.files.vmPathName',
  ],
}

/** From the properties of `MACHINE_VIEW`; a machine that is only half made has few of them. */
export function readMachineView(properties: ReadonlyMap<string, XmlElement>): MachineView {
  const text = (path: string): string => properties.get(path)?.text ?? ''
  const devices = childrenOf(properties.get('config.hardware.device'), 'VirtualDevice')
  return {
    name: text('name'),
    uuid: text('config.uuid').toLowerCase(),
    instanceUuid: text('config.instanceUuid').toLowerCase(),
    // Suspended is not off: it is neither removed nor given another CD as it is.
    isOn: /^(poweredOn|suspended)$/.test(text('runtime.powerState')),
    extraConfig: readExtraConfig(properties.get('config.extraConfig')),
    disks: devices.filter(({ type }) => type === 'VirtualDisk').map((disk) => numberOf(disk, 'key')),
    cards: devices.flatMap((device) => {
      const mac = textOf(device, 'macAddress')?.toLowerCase()
      return mac ? [{ key: numberOf(device, 'key'), mac }] : []
    }),
    drive: readDrive(devices.find(({ type }) => type === 'VirtualCdrom')),
    bootOrder: readBootOrder(properties.get('config.bootOptions')),
    secureBoot: textOf(properties.get('config.bootOptions'), 'efiSecureBootEnabled') === 'true',
    vmxPath: text('config.files.vmPathName'),
  }
}

/** Options whose value is a text; there are no others that concern us. */
function readExtraConfig(options: XmlElement | undefined): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(options, 'OptionValue').flatMap((option) => {
      const key = textOf(option, 'key')
      return key === undefined ? [] : [[key, textOf(option, 'value') ?? ''] as const]
    }),
  )
}

function readDrive(device: XmlElement | undefined): CdDrive | undefined {
  if (!device) return undefined
  const backing = childOf(device, 'backing')
  return {
    key: numberOf(device, 'key'),
    controllerKey: numberOf(device, 'controllerKey'),
    unitNumber: numberOf(device, 'unitNumber'),
    label: textOf(childOf(device, 'deviceInfo'), 'label') ?? '',
    isoPath: backing?.type === 'VirtualCdromIsoBackingInfo' ? textOf(backing, 'fileName') : undefined,
    startConnected: textOf(childOf(device, 'connectable'), 'startConnected') === 'true',
  }
}

function numberOf(element: XmlElement, name: string): number {
  const number = Number.parseInt(textOf(element, name) ?? '', 10)
  return Number.isNaN(number) ? 0 : number
}
