import { join, normalize } from 'node:path'
import type { LabDatastore } from './simulator-process.ts'

/** `[datastore] folder/file`, taken apart; `undefined` when it is no such thing. */
export function splitDatastorePath(
  text: string,
): { readonly datastore: string; readonly path: string } | undefined {
  const [, datastore, path] = /^\[([^\]]+)\]\s*(.*)$/.exec(text) ?? []
  return datastore === undefined ? undefined : { datastore, path: path ?? '' }
}

/** Where the file of a datastore really is; the data centre by name or id, where it is known. */
export function realPath(
  datastores: readonly LabDatastore[],
  text: string,
  datacenter?: string,
): string | undefined {
  const parts = splitDatastorePath(text)
  const found = parts && findDatastore(datastores, parts.datastore, datacenter)
  return found && join(found.directory, normalize(`/${parts.path}`))
}

/** A datastore by name, of a data centre by name or id where it is known. */
export function findDatastore(
  datastores: readonly LabDatastore[],
  name: string,
  datacenter?: string,
): LabDatastore | undefined {
  const named = datastores.filter((one) => one.name === name)
  const near = named.find((one) => one.datacenter === datacenter || one.datacenterId === datacenter)
  return near ?? named[0]
}
