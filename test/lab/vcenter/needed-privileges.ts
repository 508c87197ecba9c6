import { childOf, childrenOf, descend, textOf, type XmlElement } from '../../../src/codec/soap/xml-element.ts'
import { type ManagedObject, readReference } from '../../../src/codec/vim25/reference.ts'
import { findDatastore, splitDatastorePath } from './datastore-paths.ts'
import type { LabRequest } from './lab-request.ts'
import type { LabDatastore } from './simulator-process.ts'

/** A privilege and the object that it is needed on. */
export interface NeededPrivilege {
  readonly privilege: string
  readonly object: ManagedObject
}

/** Methods that need one privilege, on the object they are called of. */
const ON_TARGET: Readonly<Record<string, string>> = {
  PowerOnVM_Task: 'VirtualMachine.Interact.PowerOn',
  PowerOffVM_Task: 'VirtualMachine.Interact.PowerOff',
  ResetVM_Task: 'VirtualMachine.Interact.Reset',
  Destroy_Task: 'VirtualMachine.Inventory.Delete',
  PutUsbScanCodes: 'VirtualMachine.Interact.PutUsbScanCodes',
  CreateScreenshot_Task: 'VirtualMachine.Interact.CreateScreenshot',
  CreateFolder: 'Folder.Create',
  SearchDatastore_Task: 'Datastore.Browse',
  SearchDatastoreSubFolders_Task: 'Datastore.Browse',
}

/** Methods that need a privilege on the datastore of the file that an argument names. */
const ON_DATASTORE: Readonly<Record<string, string>> = {
  MakeDirectory: 'name',
  DeleteDatastoreFile_Task: 'name',
  MoveDatastoreFile_Task: 'destinationName',
}

/** Properties of a machine that need a privilege when they are changed. */
const ON_CHANGE: Readonly<Record<string, string>> = {
  numCPUs: 'VirtualMachine.Config.CPUCount',
  memoryMB: 'VirtualMachine.Config.Memory',
  extraConfig: 'VirtualMachine.Config.AdvancedConfig',
  bootOptions: 'VirtualMachine.Config.Settings',
  firmware: 'VirtualMachine.Config.Settings',
  guestId: 'VirtualMachine.Config.Settings',
}

/** What the vSphere Web Services API reference says is required for a call. */
export function neededPrivileges(
  { method, target, body }: LabRequest,
  datastores: readonly LabDatastore[],
): readonly NeededPrivilege[] {
  const onTarget = ON_TARGET[method]
  if (onTarget !== undefined) return [{ privilege: onTarget, object: target }]
  const argument = ON_DATASTORE[method]
  if (argument !== undefined) {
    const datacenter = textOf(body, 'datacenter') ?? textOf(body, 'destinationDatacenter')
    const object = datastoreOf(datastores, textOf(body, argument), datacenter) ?? target
    return [{ privilege: 'Datastore.FileManagement', object }]
  }
  if (method === 'ReconfigVM_Task') return toChange(childOf(body, 'spec'), target)
  if (method === 'CreateVM_Task') return toCreate(body, target, datastores)
  return []
}

/** The privilege for a file over HTTP. */
export function filePrivilege(method: string): string {
  return method === 'PUT' ? 'Datastore.FileManagement' : 'Datastore.Browse'
}

function toCreate(
  body: XmlElement,
  folder: ManagedObject,
  datastores: readonly LabDatastore[],
): readonly NeededPrivilege[] {
  const config = childOf(body, 'config')
  const place = textOf(descend(config, 'files'), 'vmPathName')
  const devices = childrenOf(config, 'deviceChange').map((change) => childOf(change, 'device'))
  const isDisk = (device: XmlElement | undefined): boolean => device?.type === 'VirtualDisk'
  const has = (name: string): boolean => childOf(config, name) !== undefined
  const network = devices.map(networkOf).find((found) => found !== undefined)
  return [
    needed('VirtualMachine.Inventory.Create', folder),
    needed('Resource.AssignVMToPool', readReference(childOf(body, 'pool')) ?? folder),
    needed('Datastore.AllocateSpace', datastoreOf(datastores, place) ?? folder),
    ...(devices.some(isDisk) ? [needed('VirtualMachine.Config.AddNewDisk', folder)] : []),
    ...(devices.every(isDisk) ? [] : [needed('VirtualMachine.Config.AddRemoveDevice', folder)]),
    ...(devices.some(isNetworkCard) ? [needed('Network.Assign', network ?? folder)] : []),
    ...(has('extraConfig') ? [needed('VirtualMachine.Config.AdvancedConfig', folder)] : []),
  ]
}

function toChange(spec: XmlElement | undefined, machine: ManagedObject): readonly NeededPrivilege[] {
  const changed = (spec?.children ?? []).flatMap(({ name }) => ON_CHANGE[name] ?? [])
  const devices = childrenOf(spec, 'deviceChange').flatMap((change) => {
    const device = childOf(change, 'device')
    if (textOf(change, 'operation') !== 'edit')
      return device?.type === 'VirtualDisk'
        ? ['VirtualMachine.Config.AddNewDisk']
        : ['VirtualMachine.Config.AddRemoveDevice']
    const connection = childOf(device, 'connectable') ? ['VirtualMachine.Interact.DeviceConnection'] : []
    const media = device?.type === 'VirtualCdrom' ? ['VirtualMachine.Interact.SetCDMedia'] : []
    return ['VirtualMachine.Config.EditDevice', ...media, ...connection]
  })
  return [...changed, ...devices].map((privilege) => needed(privilege, machine))
}

function needed(privilege: string, object: ManagedObject): NeededPrivilege {
  return { privilege, object }
}

function isNetworkCard(device: XmlElement | undefined): boolean {
  return /^Virtual(Vmxnet|E1000|Sriov|PCNet)/.test(device?.type ?? '')
}

/** Only of distributed port groups the reference is in the request. */
function networkOf(device: XmlElement | undefined): ManagedObject | undefined {
  const key = textOf(descend(device, 'backing', 'port'), 'portgroupKey')
  return key === undefined ? undefined : { type: 'DistributedVirtualPortgroup', id: key }
}

function datastoreOf(
  datastores: readonly LabDatastore[],
  path: string | undefined,
  datacenter?: string,
): ManagedObject | undefined {
  const name = splitDatastorePath(path ?? '')?.datastore
  const found = name === undefined ? undefined : findDatastore(datastores, name, datacenter)
  return found && { type: 'Datastore', id: found.id }
}
