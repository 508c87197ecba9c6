import { childOf, childrenOf, textOf } from '../../codec/soap/xml-element.ts'
import { formatDatastorePath, parseDatastorePath } from '../../codec/vim25/datastore-path.ts'
import type { ObjectProperties, PropertySpec } from '../../codec/vim25/property-calls.ts'

/** What of machines says which files they use. Templates are machines as well. */
export const MEDIA_USE: PropertySpec = {
  type: 'VirtualMachine',
  paths: ['name', 'config.hardware.device', 'layoutEx.file'],
}

/**
 * Names of the machines that use a file, by its path `[datastore] folder/file`; by its name alone where a machine says
 * in another way where the file is.
 */
export type MediaUse = ReadonlyMap<string, readonly string[]>

/** Of all machines there are, whoever made them: every file in a drive or listed as one of the machine's. */
export function readMediaUse(machines: readonly ObjectProperties[]): MediaUse {
  const use = new Map<string, string[]>()
  for (const { object, properties } of machines) {
    const name = properties.get('name')?.text ?? object.id
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
      use.set(key, [...(use.get(key) ?? []), name])
    }
  }
  return use
}
