import { element } from '../soap/render-xml.ts'
import { type VimCall, vimCall } from './call.ts'
import { type ManagedObject, referenceNode } from './reference.ts'

/** A file of a datastore and the data centre it is looked for in. */
export interface DatastoreFile {
  readonly datacenter: ManagedObject
  /** `[datastore] folder/file`. */
  readonly path: string
}

/** Fault `FileAlreadyExists` when it is there. */
export function makeDirectory(
  fileManager: ManagedObject,
  { datacenter, path }: DatastoreFile,
  withParents: boolean,
): VimCall {
  return vimCall(
    'MakeDirectory',
    fileManager,
    element('name', path),
    referenceNode('datacenter', datacenter),
    element('createParentDirectories', withParents),
  )
}

/** Fault `FileAlreadyExists` in the task when something is at the new place. */
export function moveDatastoreFile(
  fileManager: ManagedObject,
  from: DatastoreFile,
  to: DatastoreFile,
): VimCall {
  return vimCall(
    'MoveDatastoreFile_Task',
    fileManager,
    element('sourceName', from.path),
    referenceNode('sourceDatacenter', from.datacenter),
    element('destinationName', to.path),
    referenceNode('destinationDatacenter', to.datacenter),
    element('force', false),
  )
}

export function deleteDatastoreFile(
  fileManager: ManagedObject,
  { datacenter, path }: DatastoreFile,
): VimCall {
  return vimCall(
    'DeleteDatastoreFile_Task',
    fileManager,
    element('name', path),
    referenceNode('datacenter', datacenter),
  )
}
