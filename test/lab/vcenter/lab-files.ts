import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findDatastore } from './datastore-paths.ts'
import type { LabDatastore } from './simulator-process.ts'

/** A file in a datastore. */
export interface LabFile {
  /** Within the datastore: `edgeboot/a.iso`. */
  readonly path: string
  readonly bytes: number
}

/** All files of a datastore, folders left out. */
export function listFiles(
  datastores: readonly LabDatastore[],
  name: string,
  datacenter?: string,
): readonly LabFile[] {
  const directory = findDatastore(datastores, name, datacenter)?.directory
  if (directory === undefined) throw new Error(`there is no datastore ${name}`)
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { path: relative(directory, path), bytes: statSync(path).size }
    })
    .toSorted((one, other) => one.path.localeCompare(other.path))
}
