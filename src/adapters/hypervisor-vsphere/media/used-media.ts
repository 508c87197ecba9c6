import { childOf, childrenOf, textOf, type XmlElement } from '../../../codec/soap/xml-element.ts'
import { formatDatastorePath, parseDatastorePath } from '../../../codec/vim25/datastore-path.ts'
import type { ObjectProperties, PropertySpec } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, readReference } from '../../../codec/vim25/reference.ts'

/** What of machines says which files they use. Templates are machines as well. */
export const MEDIA_USE: PropertySpec = {
  type: 'VirtualMachine',
  paths: ['name', 'config.hardware.device', 'layoutEx.file', 'snapshot'],
}

/** The same of an earlier state that a machine can be put back to. */
export const SNAPSHOT_USE: PropertySpec = {
  type: 'VirtualMachineSnapshot',
  paths: ['vm', 'config.hardware.device'],
}

/** Snapshots within snapshots; a server that says more is not followed. */
const MAX_DEPTH = 64

/** All snapshots of the machines. */
export function snapshotsOf(machines: readonly ObjectProperties[]): readonly ManagedObject[] {
  const collect = (trees: readonly XmlElement[], depth: number): readonly ManagedObject[] =>
    trees.flatMap((tree) => {
      const inside = depth < MAX_DEPTH ? collect(childrenOf(tree, 'childSnapshotList'), depth + 1) : []
      return [readReference(childOf(tree, 'snapshot')) ?? [], inside].flat()
    })
  return machines.flatMap(({ properties }) =>
    collect(childrenOf(properties.get('snapshot'), 'rootSnapshotList'), 0),
  )
}

/**
 * Names of the machines that use a file, by its path `[datastore] folder/file`; by its name alone where a machine says
 * in another way where the file is.
 */
export type MediaUse = ReadonlyMap<string, readonly string[]>

/**
 * Of all machines there are, whoever made them, and of their snapshots: every file in a drive or listed as one of the
 * machine's.
 */
export function readMediaUse(
  machines: readonly ObjectProperties[],
  snapshots: readonly ObjectProperties[],
): MediaUse {
  const use = new Map<string, string[]>()
  const names = new Map(
    machines.map(({ object, properties }) => [object.id, properties.get('name')?.text ?? object.id]),
  )
  for (const { object, properties } of [...machines, ...snapshots]) {
    const id = properties.get('vm')?.text ?? object.id
    const name = names.get(id) ?? id
    const drives = childrenOf(properties.get('config.hardware.device'), 'VirtualDevice').map((device) =>
      textOf(childOf(device, 'backing'), 'fileName'),
    )
    const files = childrenOf(properties.get('layoutEx.file'), 'VirtualMachineFileLayoutExFileInfo').map(
      (file) => textOf(file, 'name'),
    )
    for (const path of new Set([...drives, ...files])) {
      if (path === undefined) continue
      const place = parseDatastorePath(path)
      const key = place ? formatDatastorePath(place) : path.slice(path.lastIndexOf('/') + 1)
      use.set(key, [...new Set([...(use.get(key) ?? []), name])])
    }
  }
  return use
}
