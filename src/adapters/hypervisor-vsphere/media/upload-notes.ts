import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Uploads this data directory has begun: what the process before us left locked and half sent is ours to go on with. */
export interface UploadNotes {
  /** Name under which the bytes of that file were being sent. */
  read(file: string): string | undefined
  write(file: string, part: string): void
  remove(file: string): void
}

/** One small file for each; names are without slashes. */
export function createUploadNotes(directory: string): UploadNotes {
  const pathOf = (file: string): string => join(directory, `${file}.upload`)
  return {
    read: (file) => {
      try {
        const part = readFileSync(pathOf(file), 'utf8')
        return /^[A-Za-z0-9_.-]{1,255}$/.test(part) ? part : undefined
      } catch {
        return undefined
      }
    },
    write: (file, part) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      writeFileSync(pathOf(file), part, { mode: 0o600 })
    },
    remove: (file) => rmSync(pathOf(file), { force: true }),
  }
}
