import { statSync } from 'node:fs'

/** Whether there is a file or directory. */
export function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
