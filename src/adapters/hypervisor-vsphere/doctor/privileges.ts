/** What of the inventory a privilege is needed on. */
export type PrivilegeScope = 'datacenter' | 'folder' | 'pool' | 'datastore' | 'network'

export interface NeededPrivilege {
  /** Id in the API: `Network.Assign`. */
  readonly id: string
  readonly on: PrivilegeScope
  /** What it is needed for, in words that fit after `for`. */
  readonly purpose: string
  /** What does not work without it, where the rest does. */
  readonly without?: string
}

/**
 * Everything Edgeboot asks of a role, each with the place where it is checked (vSphere Web Services API, "Required
 * Privileges" of the methods that are called). Privileges on machines are those on the folder they are made in.
 * Processors and memory are given when a machine is made, and never changed: their privileges are not among them.
 */
export const NEEDED_PRIVILEGES: readonly NeededPrivilege[] = [
  ...on('datacenter', 'looking at the inventory', ['System.Anonymous', 'System.Read', 'System.View']),
  ...on('folder', 'making and removing machines', [
    'VirtualMachine.Inventory.Create',
    'VirtualMachine.Inventory.Delete',
    'VirtualMachine.Config.AddNewDisk',
    'VirtualMachine.Config.AddRemoveDevice',
    'VirtualMachine.Config.AdvancedConfig',
    'VirtualMachine.Config.EditDevice',
    'VirtualMachine.Config.Settings',
  ]),
  ...on('folder', 'switching machines and their drives', [
    'VirtualMachine.Interact.DeviceConnection',
    'VirtualMachine.Interact.PowerOff',
    'VirtualMachine.Interact.PowerOn',
    'VirtualMachine.Interact.Reset',
    'VirtualMachine.Interact.SetCDMedia',
  ]),
  {
    id: 'VirtualMachine.Interact.PutUsbScanCodes',
    on: 'folder',
    purpose: 'typing at consoles',
    without: '--boot typed does not work; --boot media does',
  },
  {
    id: 'VirtualMachine.Interact.CreateScreenshot',
    on: 'folder',
    purpose: 'pictures of consoles',
    without: 'host screenshot does not work, and failures have no picture',
  },
  ...on('pool', 'running machines', ['Resource.AssignVMToPool']),
  ...on('datastore', 'disks and boot media', [
    'Datastore.AllocateSpace',
    'Datastore.Browse',
    'Datastore.FileManagement',
  ]),
  ...on('network', 'connecting machines', ['Network.Assign']),
]

function on(scope: PrivilegeScope, purpose: string, ids: readonly string[]): readonly NeededPrivilege[] {
  return ids.map((id) => ({ id, on: scope, purpose }))
}
