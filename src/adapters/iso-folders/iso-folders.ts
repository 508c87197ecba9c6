import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { IsoFile, IsoFolders } from '../../ports/iso-folders.ts'

/** Files told of; whoever has more knows their paths. */
const MAX_FILES = 200
/** Entries of one folder looked at, so that no folder takes long. */
const MAX_ENTRIES = 10_000

/** ISO files directly in these folders: regular files called `….iso`; links are not followed. */
export function createIsoFolders(folders: readonly string[]): IsoFolders {
  return {
    list: async () => {
      const found = await Promise.all([...new Set(folders)].map(isosIn))
      const items = found
        .flatMap((files) => files ?? [])
        .toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1))
      return { folders, items: items.slice(0, MAX_FILES) }
    },
  }
}

/** `undefined` for a folder that is not there or cannot be read. */
async function isosIn(folder: string): Promise<readonly IsoFile[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  const wanted = entries
    ?.slice(0, MAX_ENTRIES)
    .filter((entry) => entry.isFile() && /\.iso$/i.test(entry.name))
  if (!wanted) return undefined
  const files = await Promise.all(wanted.map(({ name }) => fileAt(join(folder, name))))
  return files.filter((file) => file !== undefined)
}

async function fileAt(path: string): Promise<IsoFile | undefined> {
  const about = await lstat(path).catch(() => undefined)
  return about?.isFile() ? { path, sizeBytes: about.size, modifiedAt: Math.floor(about.mtimeMs) } : undefined
}
