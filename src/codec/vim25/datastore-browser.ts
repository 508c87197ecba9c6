import { element } from '../soap/render-xml.ts'
import { childrenOf, textOf, type XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import type { ManagedObject } from './reference.ts'

/** A file in a folder of a datastore. */
export interface DatastoreFileInfo {
  readonly name: string
  readonly isFolder: boolean
  readonly bytes: number
  /** Milliseconds since the epoch, where the server tells. */
  readonly modified: number | undefined
}

/**
 * Files of one folder, `[datastore] folder`, with size and time (`HostDatastoreBrowserSearchSpec`). Fault `FileNotFound`
 * in the task when there is no such folder.
 */
export function searchDatastore(browser: ManagedObject, folder: string): VimCall {
  const details = ['fileType', 'fileSize', 'modification', 'fileOwner']
  return vimCall(
    'SearchDatastore_Task',
    browser,
    element('datastorePath', folder),
    element('searchSpec', [
      element(
        'details',
        details.map((name) => element(name, name !== 'fileOwner')),
      ),
      // Not every server takes no pattern for all.
      element('matchPattern', '*'),
    ]),
  )
}

/** Of the result of the task. */
export function readFoundFiles(result: XmlElement | undefined): readonly DatastoreFileInfo[] {
  return childrenOf(result, 'file').flatMap((file) => {
    const name = textOf(file, 'path')
    if (!name) return []
    const modified = Date.parse(textOf(file, 'modification') ?? '')
    return [
      {
        name,
        isFolder: file.type === 'FolderFileInfo',
        bytes: Number(textOf(file, 'fileSize') ?? 0) || 0,
        modified: Number.isNaN(modified) ? undefined : modified,
      },
    ]
  })
}
