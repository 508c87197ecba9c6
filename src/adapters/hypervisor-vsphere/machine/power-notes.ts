import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRefusal } from '../../../codec/vim25/fault.ts'

/**
 * What we last did to the power of a machine: `starting` before it is switched on, `on` once that was seen, `off` before
 * it is switched off. The server does not tell who switched a machine off while nobody listened; this does: a machine
 * that was on and is off without our doing has switched itself off.
 */
export type PowerNote = 'starting' | 'on' | 'off'

/** One small file a machine, so that the next process knows. */
export interface PowerNotes {
  read(name: string): PowerNote | undefined
  write(name: string, note: PowerNote): void
  remove(name: string): void
}

/** Names are checked machine names. */
export function createPowerNotes(directory: string): PowerNotes {
  const pathOf = (name: string): string => join(directory, `${name}.power`)
  return {
    read: (name) => {
      try {
        const text = readFileSync(pathOf(name), 'utf8')
        return text === 'starting' || text === 'on' || text === 'off' ? text : undefined
      } catch {
        return undefined
      }
    },
    write: (name, note) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const path = pathOf(name)
      writeFileSync(`${path}.new`, note, { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
    remove: (name) => rmSync(pathOf(name), { force: true }),
  }
}

/** Notes what is about to be done, and does it. What a server refuses it has not done: the note is as before then. */
export async function noted<T>(
  notes: PowerNotes,
  name: string,
  note: PowerNote,
  work: () => Promise<T>,
): Promise<T> {
  const before = notes.read(name)
  notes.write(name, note)
  try {
    return await work()
  } catch (error) {
    if (isRefusal(error) && notes.read(name) === note) {
      if (before === undefined) notes.remove(name)
      else notes.write(name, before)
    }
    throw error
  }
}
