import { element, typedElement, type XmlContent, type XmlNode } from '../soap/render-xml.ts'
import { type NetworkBacking, networkBacking } from './network-backing.ts'

/**
 * Devices of a machine that is made, as `VirtualDeviceConfigSpec`. Keys below zero are names within one request, which
 * the server replaces by its own. Elements are in the order of the types' definitions: key, backing, connectable,
 * controllerKey, unitNumber, then what the type adds.
 */
const KEY = { scsi: -101, ahci: -102, disk: -103, cdrom: -104, network: -105 } as const

export interface DeviceWishes {
  /** Folder of the machine's files: `[datastore]`. */
  readonly home: string
  readonly diskKiB: number
  readonly network: NetworkBacking
  /** Absent: the server chooses one. */
  readonly mac?: string | undefined
}

/** PVSCSI with a thin disk, AHCI with an empty CD drive, and a VMXNET3 card. */
export function newDevices({ home, diskKiB, network, mac }: DeviceWishes): readonly XmlNode[] {
  return [
    add('ParaVirtualSCSIController', [
      element('key', KEY.scsi),
      element('busNumber', 0),
      element('sharedBus', 'noSharing'),
    ]),
    add('VirtualAHCIController', [element('key', KEY.ahci), element('busNumber', 0)]),
    add(
      'VirtualDisk',
      [
        element('key', KEY.disk),
        typedElement('backing', 'VirtualDiskFlatVer2BackingInfo', [
          element('fileName', home),
          element('diskMode', 'persistent'),
          element('thinProvisioned', true),
        ]),
        element('controllerKey', KEY.scsi),
        element('unitNumber', 0),
        element('capacityInKB', diskKiB),
      ],
      'create',
    ),
    add('VirtualCdrom', cdrom({ key: KEY.cdrom, controllerKey: KEY.ahci, unitNumber: 0 }, undefined)),
    add('VirtualVmxnet3', [
      element('key', KEY.network),
      networkBacking(network),
      connectable(true),
      element('addressType', mac === undefined ? 'generated' : 'manual'),
      element('macAddress', mac),
    ]),
  ]
}

/** Where a CD drive is plugged in. */
export interface DrivePlace {
  readonly key: number
  readonly controllerKey: number
  readonly unitNumber: number
}

/** A drive that is there, as it calls itself. */
export interface EditedDrive extends DrivePlace {
  /** `CD/DVD drive 1`. */
  readonly label: string
}

/** Puts an ISO (`[datastore] folder/file.iso`) into a drive, to be connected at power on; or empties it. */
export function editedCdrom(drive: EditedDrive, isoPath: string | undefined): XmlNode {
  const about = typedElement('deviceInfo', 'Description', [
    element('label', drive.label),
    element('summary', ''),
  ])
  return element('deviceChange', [
    element('operation', 'edit'),
    typedElement('device', 'VirtualCdrom', cdrom(drive, isoPath, about)),
  ])
}

function cdrom(
  { key, controllerKey, unitNumber }: DrivePlace,
  isoPath: string | undefined,
  about?: XmlNode,
): readonly (XmlNode | undefined)[] {
  const backing = isoPath
    ? typedElement('backing', 'VirtualCdromIsoBackingInfo', [element('fileName', isoPath)])
    : typedElement('backing', 'VirtualCdromRemotePassthroughBackingInfo', [
        element('deviceName', ''),
        element('exclusive', false),
      ])
  return [
    element('key', key),
    about,
    backing,
    connectable(isoPath !== undefined),
    element('controllerKey', controllerKey),
    element('unitNumber', unitNumber),
  ]
}

/** `connected` is the present state of a running machine; ours are changed only while they are off. */
function connectable(startConnected: boolean): XmlNode {
  return element('connectable', [
    element('startConnected', startConnected),
    element('allowGuestControl', true),
    element('connected', false),
  ])
}

function add(type: string, content: XmlContent, fileOperation?: 'create'): XmlNode {
  return element('deviceChange', [
    element('operation', 'add'),
    element('fileOperation', fileOperation),
    typedElement('device', type, content),
  ])
}
