import { closeSync, constants, existsSync, fchownSync, fstatSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
/** Where an open directory is reached by its number, whatever its path leads to by now (proc(5)). */
const OPEN_FILES = '/proc/self/fd'
/** What vanished meanwhile, links, and sockets, which nobody can open. */
const PASSED_OVER = ['ENOENT', 'ELOOP', 'ENXIO']
/** Deeper than anything we make. */
const MAX_DEPTH = 16

/**
 * Makes what root owns in a directory, and the directory itself, another user's. Only what was opened is changed, and never
 * through links: whoever owns the directory already could exchange any path in it for a link that leads elsewhere.
 */
export function handOver(directory: string, { uid, gid }: { readonly uid: number; readonly gid: number }) {
  const hasOpenFiles = existsSync(OPEN_FILES)
  // The directory as it was named may be a link, by the choice of whoever named it.
  visit(directory, 0, 0)

  function visit(path: string, flags: number, depth: number): void {
    const file = openOrPass(path, O_RDONLY | O_NONBLOCK | flags)
    if (file === undefined) return
    try {
      const about = fstatSync(file)
      // A second name of a file may be one of a file elsewhere that is root's on purpose.
      if (about.uid === 0 && (about.isDirectory() || about.nlink === 1)) fchownSync(file, uid, gid)
      if (!about.isDirectory() || depth === MAX_DEPTH) return
      const inside = hasOpenFiles ? `${OPEN_FILES}/${file}` : path
      for (const name of readdirSync(inside)) visit(join(inside, name), O_NOFOLLOW, depth + 1)
    } finally {
      closeSync(file)
    }
  }
}

function openOrPass(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags)
  } catch (error) {
    if (PASSED_OVER.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
