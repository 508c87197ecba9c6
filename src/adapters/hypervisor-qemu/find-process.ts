import { type BigIntStats, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { readCause, readProcess, writeProcess } from './machine-directory.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from './qemu-process.ts'
import { QEMU } from './tools.ts'

/**
 * The machine's running QEMU. Usually noted in its directory; one whose owner was killed before it could note it,
 * or whose note is damaged, is searched for as long as no end was announced.
 */
export function findProcess(directory: string): ProcessIdentity | undefined {
  const noted = readProcess(directory)
  if (isAlive(noted)) return noted
  if (readCause(directory) !== undefined) return undefined
  const found = searchProcess(directory)
  if (found) writeProcess(directory, found)
  return found
}

/**
 * The QEMU that has this directory as its working directory, as every machine's has (proc(5), cwd). Told by the
 * directory itself and not by its path, which may have changed since.
 */
export function searchProcess(directory: string): ProcessIdentity | undefined {
  const place = statOf(directory)
  if (!place) return undefined
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const cwd = statOf(`/proc/${entry}/cwd`)
    if (cwd?.ino !== place.ino || cwd.dev !== place.dev || !isQemu(entry)) continue
    const identity = identifyProcess(Number(entry))
    if (identity) return identity
  }
  return undefined
}

function isQemu(pid: string): boolean {
  try {
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return basename(program) === QEMU
  } catch {
    return false
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}
