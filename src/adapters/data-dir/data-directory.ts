import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'

/** Where things are in a data directory. */
export interface DataDirectory extends AsyncDisposable {
  readonly path: string
  readonly paths: { readonly database: string; readonly machines: string; readonly media: string }
}

export interface DataDirectoryOptions {
  readonly path: string
  /** What it is opened for; shown to whoever finds it locked. */
  readonly purpose: string
  readonly log: Log
  /** `read` takes no lock: looking is possible while another process works. */
  readonly access?: 'read' | 'own'
}

/**
 * Opens a data directory, making it if it is not there, and takes it for this process alone. The lock is an open
 * SQLite transaction, so the operating system gives it back when the process ends, however it ends. Failure
 * `data-dir.locked` says who has it, `data-dir.unusable` what is wrong with it.
 */
export async function openDataDirectory({
  path: given,
  purpose,
  log,
  access = 'own',
}: DataDirectoryOptions): Promise<DataDirectory> {
  const path = resolve(given)
  const paths = {
    database: join(path, 'edgeboot.db'),
    machines: join(path, 'machines'),
    media: join(path, 'media'),
  }
  if (access === 'read') {
    requireDirectory(path)
    return { path, paths, [Symbol.asyncDispose]: async () => undefined }
  }
  makeDirectories(path, [paths.machines, paths.media])
  const lock = takeLock(path)
  writeHolder(path, purpose)
  log.debug({ path }, 'data directory locked')
  return {
    path,
    paths,
    async [Symbol.asyncDispose]() {
      lock.close()
    },
  }
}

function requireDirectory(path: string): void {
  try {
    if (statSync(path).isDirectory()) return
  } catch (error) {
    throw unusable(path, 'it does not exist or cannot be read', error)
  }
  throw unusable(path, 'it is not a directory')
}

function makeDirectories(path: string, inside: readonly string[]): void {
  try {
    for (const directory of [path, ...inside]) mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unusable(path, 'it cannot be made or written to', error)
  }
}

function takeLock(path: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(path, 'lock.db'), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (!/locked|busy/i.test((error as Error).message))
      throw unusable(path, 'its lock cannot be taken', error)
    const { pid, words } = readHolder(path)
    throw new Failure(
      'data-dir.locked',
      `${path} is in use by ${words}; wait for it, stop it, or choose another --data-dir`,
      { path, pid },
      error,
    )
  }
}

function writeHolder(path: string, purpose: string): void {
  const holder = { pid: process.pid, purpose, since: new Date().toISOString() }
  const file = join(path, 'lock.json')
  writeFileSync(`${file}.new`, JSON.stringify(holder), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function readHolder(path: string): { readonly words: string; readonly pid: number | undefined } {
  try {
    const { pid, purpose, since } = JSON.parse(readFileSync(join(path, 'lock.json'), 'utf8').slice(0, 4096))
    const who = `process ${Number(pid)} (edgeboot ${String(purpose).slice(0, 200)})`
    return { words: `${who}, since ${String(since).slice(0, 40)}`, pid: Number(pid) }
  } catch {
    return { words: 'another process', pid: undefined }
  }
}

function unusable(path: string, why: string, cause?: unknown): Failure {
  const reason = cause instanceof Error ? ` (${cause.message})` : ''
  return new Failure(
    'data-dir.unusable',
    `the data directory ${path} cannot be used: ${why}${reason}; choose another with --data-dir or EDGEBOOT_DATA_DIR`,
    { path },
    cause,
  )
}
