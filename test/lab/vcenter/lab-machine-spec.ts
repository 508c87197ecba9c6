import { element, typedElement, type XmlNode } from '../../../src/codec/soap/render-xml.ts'
import { type VimCall, vimCall } from '../../../src/codec/vim25/call.ts'
import { type ManagedObject, referenceNode } from '../../../src/codec/vim25/reference.ts'

/** A machine as the lab's own tests make it; state only what matters. */
export interface LabMachineSpec {
  readonly name: string
  readonly firmware?: 'bios' | 'efi'
  /** `[datastore] folder/file.iso`. */
  readonly iso?: string
  readonly startConnected?: boolean
  readonly diskMiB?: number
  readonly memoryMiB?: number
}

/** `CreateVM_Task` with a disk, a CD drive and a network card. */
export function createLabMachine(folder: ManagedObject, pool: ManagedObject, spec: LabMachineSpec): VimCall {
  return vimCall(
    'CreateVM_Task',
    folder,
    element('config', [
      element('name', spec.name),
      element('guestId', 'otherLinux64Guest'),
      element('files', [element('vmPathName', `[LocalDS_0] ${spec.name}/${spec.name}.vmx`)]),
      element('numCPUs', 1),
      element('memoryMB', spec.memoryMiB ?? 128),
      add(
        typedElement('device', 'ParaVirtualSCSIController', [
          element('key', -1),
          element('busNumber', 0),
          element('sharedBus', 'noSharing'),
        ]),
      ),
      add(disk(spec), 'create'),
      add(typedElement('device', 'VirtualAHCIController', [element('key', -2), element('busNumber', 0)])),
      ...(spec.iso === undefined ? [] : [add(labCdDrive(spec.iso, spec.startConnected ?? true))]),
      add(
        typedElement('device', 'VirtualVmxnet3', [
          element('key', -5),
          typedElement('backing', 'VirtualEthernetCardNetworkBackingInfo', [
            element('deviceName', 'VM Network'),
          ]),
        ]),
      ),
      typedElement('extraConfig', 'OptionValue', [
        element('key', 'edgeboot.lab'),
        { ...element('value', 'yes'), type: 'xsd:string' },
      ]),
      element('firmware', spec.firmware ?? 'bios'),
    ]),
    referenceNode('pool', pool),
  )
}

function add(device: XmlNode, fileOperation?: string): XmlNode {
  const operation = element('operation', 'add')
  const content =
    fileOperation === undefined ? [operation] : [operation, element('fileOperation', fileOperation)]
  return typedElement('deviceChange', 'VirtualDeviceConfigSpec', [...content, device])
}

function disk({ diskMiB = 64 }: LabMachineSpec): XmlNode {
  return typedElement('device', 'VirtualDisk', [
    element('key', -3),
    typedElement('backing', 'VirtualDiskFlatVer2BackingInfo', [
      element('fileName', '[LocalDS_0]'),
      element('diskMode', 'persistent'),
      element('thinProvisioned', true),
    ]),
    element('controllerKey', -1),
    element('unitNumber', 0),
    element('capacityInKB', diskMiB * 1024),
  ])
}

/** A CD drive; with the keys of an existing one that one is meant. */
export function labCdDrive(
  iso: string,
  startConnected: boolean,
  { key, controllerKey }: { readonly key: number; readonly controllerKey: number } = NEW_DRIVE,
): XmlNode {
  return typedElement('device', 'VirtualCdrom', [
    element('key', key),
    typedElement('backing', 'VirtualCdromIsoBackingInfo', [element('fileName', iso)]),
    element('connectable', [
      element('startConnected', startConnected),
      element('allowGuestControl', true),
      element('connected', false),
    ]),
    element('controllerKey', controllerKey),
    element('unitNumber', 0),
  ])
}

const NEW_DRIVE = { key: -4, controllerKey: -2 }
