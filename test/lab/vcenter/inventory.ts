import { childrenOf, descend, textOf, type XmlElement } from '../../../src/codec/soap/xml-element.ts'
import {
  createContainerView,
  decodeRetrieved,
  destroyView,
  retrieveProperties,
  retrieveView,
} from '../../../src/codec/vim25/property-calls.ts'
import {
  decodeReturnedReference,
  type ManagedObject,
  readReferences,
} from '../../../src/codec/vim25/reference.ts'
import type { SimulatorClient } from './simulator-client.ts'

export interface LabCdDrive {
  readonly key: number
  readonly controllerKey: number
  /** `[datastore] folder/file.iso`. */
  readonly iso: string | undefined
  readonly startConnected: boolean
}

/** A virtual machine as it is in the inventory, in plain values. */
export interface LabMachine {
  readonly reference: ManagedObject
  readonly moid: string
  readonly name: string
  readonly powerState: string
  readonly uuid: string
  readonly instanceUuid: string
  /** Of its first network card. */
  readonly mac: string | undefined
  readonly extraConfig: Readonly<Record<string, string>>
  readonly annotation: string
  /** First CD drive. */
  readonly cd: LabCdDrive | undefined
  /** Capacities in GiB. */
  readonly disks: readonly number[]
  readonly cpus: number
  readonly memoryMiB: number
  /** `bios` or `efi`. */
  readonly firmware: string
  readonly secureBoot: boolean
  /** `disk`, `cdrom`, `ethernet`. */
  readonly bootOrder: readonly string[]
  readonly guestId: string
  readonly version: string
  /** `[datastore] folder/name.vmx`. */
  readonly vmxPath: string
  readonly ipAddress: string | undefined
  /** Ids of the datastores it uses. */
  readonly datastoreIds: readonly string[]
  /** Types of all its devices. */
  readonly devices: readonly string[]
}

const PROPERTIES = {
  type: 'VirtualMachine',
  paths: ['name', 'runtime.powerState', 'config', 'guest.ipAddress', 'datastore'],
}

/** All machines in the order in which they were made. */
export async function readMachines(simulator: SimulatorClient): Promise<readonly LabMachine[]> {
  const { viewManager, rootFolder, propertyCollector } = simulator.content
  const view = decodeReturnedReference(
    await simulator.call(createContainerView(viewManager, rootFolder, ['VirtualMachine'])),
  )
  try {
    const answer = await simulator.call(retrieveView(propertyCollector, [PROPERTIES], view))
    return decodeRetrieved(answer)
      .objects.map(({ object, properties }) => describeMachine(object, properties))
      .toSorted((one, other) => numberOf(one) - numberOf(other))
  } finally {
    await simulator.call(destroyView(view))
  }
}

function numberOf({ moid }: LabMachine): number {
  return Number.parseInt(moid.replace(/\D/g, ''), 10)
}

function describeMachine(reference: ManagedObject, properties: ReadonlyMap<string, XmlElement>): LabMachine {
  const config = properties.get('config')
  const hardware = descend(config, 'hardware')
  const devices = childrenOf(hardware, 'device')
  const cd = devices.find(({ type }) => type === 'VirtualCdrom')
  const number = (name: string): number => Number(textOf(hardware, name) ?? 0)
  return {
    reference,
    moid: reference.id,
    name: properties.get('name')?.text ?? '',
    powerState: properties.get('runtime.powerState')?.text ?? '',
    uuid: textOf(config, 'uuid') ?? '',
    instanceUuid: textOf(config, 'instanceUuid') ?? '',
    mac: devices.map((device) => textOf(device, 'macAddress')).find((mac) => mac !== undefined),
    extraConfig: Object.fromEntries(
      childrenOf(config, 'extraConfig').map((pair) => [
        textOf(pair, 'key') ?? '',
        textOf(pair, 'value') ?? '',
      ]),
    ),
    annotation: textOf(config, 'annotation') ?? '',
    cd: cd && readCd(cd),
    disks: devices
      .filter(({ type }) => type === 'VirtualDisk')
      .map((disk) => Number(textOf(disk, 'capacityInKB') ?? 0) / 1024 ** 2),
    cpus: number('numCPU'),
    memoryMiB: number('memoryMB'),
    firmware: textOf(config, 'firmware') ?? '',
    secureBoot: textOf(descend(config, 'bootOptions'), 'efiSecureBootEnabled') === 'true',
    bootOrder: childrenOf(descend(config, 'bootOptions'), 'bootOrder').map(({ type = '' }) =>
      type.replace(/^VirtualMachineBootOptionsBootable(.*)Device$/, '$1').toLowerCase(),
    ),
    guestId: textOf(config, 'guestId') ?? '',
    version: textOf(config, 'version') ?? '',
    vmxPath: textOf(descend(config, 'files'), 'vmPathName') ?? '',
    ipAddress: properties.get('guest.ipAddress')?.text || undefined,
    datastoreIds: readReferences(properties.get('datastore')).map(({ id }) => id),
    devices: devices.map(({ type = '' }) => type),
  }
}

function readCd(cd: XmlElement): LabCdDrive {
  const backing = descend(cd, 'backing')
  const isIso = backing?.type === 'VirtualCdromIsoBackingInfo'
  return {
    key: Number(textOf(cd, 'key') ?? 0),
    controllerKey: Number(textOf(cd, 'controllerKey') ?? 0),
    iso: isIso ? textOf(backing, 'fileName') : undefined,
    startConnected: textOf(descend(cd, 'connectable'), 'startConnected') === 'true',
  }
}

/** The machine of that name or `moid`. Error when there is none. */
export async function findMachine(simulator: SimulatorClient, name: string): Promise<LabMachine> {
  const machine = (await readMachines(simulator)).find((one) => one.name === name || one.moid === name)
  if (machine) return machine
  throw new Error(`there is no machine ${name}`)
}

/** One machine; refused with `ManagedObjectNotFound` when it is not there. */
export async function readMachine(simulator: SimulatorClient, reference: ManagedObject): Promise<LabMachine> {
  const { propertyCollector } = simulator.content
  const answer = await simulator.call(retrieveProperties(propertyCollector, [PROPERTIES], [reference]))
  return describeMachine(reference, decodeRetrieved(answer).objects[0]?.properties ?? new Map())
}
