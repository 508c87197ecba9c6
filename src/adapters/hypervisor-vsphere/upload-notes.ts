import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Uploads this data directory has begun: what the process before us left locked needs not be waited for. */
export interface UploadNotes {
  has(file: string): boolean
  add(file: string): void
  remove(file: string): void
}

/** One empty file for each; `file` is a name without slashes. */
export function createUploadNotes(directory: string): UploadNotes {
  const pathOf = (file: string): string => join(directory, `${file}.upload`)
  return {
    has: (file) => existsSync(pathOf(file)),
    add: (file) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      writeFileSync(pathOf(file), '', { mode: 0o600 })
    },
    remove: (file) => rmSync(pathOf(file), { force: true }),
  }
}
