import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'

/** Written first into every machine's directory: what carries it was made by us and may be removed by us. */
const MARKER = 'edgeboot-machine'

/**
 * Makes an empty directory for a machine. What an unfinished one of ours left there is removed first. Failure
 * `driver.refused` when there is something that is not ours.
 */
export function claimMachineDirectory(path: string): void {
  removeMachineDirectory(path)
  mkdirSync(path, { mode: 0o700 })
  mark(path)
}

/** Removes the directory and all in it. Failure `driver.refused` when it is not ours; nothing there is success. */
export function removeMachineDirectory(path: string): void {
  if (!requireOurs(path)) return
  // The marker goes last: a removal that is cut short leaves a directory that is still known as ours.
  mark(path)
  for (const entry of readdirSync(path)) {
    if (entry !== MARKER) rmSync(join(path, entry), { recursive: true, force: true })
  }
  rmSync(path, { recursive: true, force: true })
}

/** True when there is a machine's directory, false when there is nothing. Failure `driver.refused` otherwise. */
export function requireOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return false
  if (!found.isDirectory()) throw notOurs(path, found.isSymbolicLink() ? 'a symbolic link' : 'no directory')
  // Machines of earlier versions have no marker, but a spec.
  const marked = existsSync(join(path, MARKER)) || existsSync(join(path, 'spec.json'))
  if (!marked && readdirSync(path).length > 0) throw notOurs(path, 'no directory of a machine of edgeboot')
  return true
}

function mark(path: string): void {
  const text = 'A machine of edgeboot. Remove it with: edgeboot host delete NAME\n'
  writeFileSync(join(path, MARKER), text, { mode: 0o600 })
}

function notOurs(path: string, what: string): Failure {
  return new Failure(
    'driver.refused',
    `${path} is ${what} and was left alone; move it away, or choose another name for the machine`,
    { path },
  )
}
