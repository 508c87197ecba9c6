import { lstat, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { IsoFile, IsoReceiver, IsoUpload } from '../../ports/iso-folders.ts'

/** What an upload leaves free: the state database is on the same disk. */
const SPARE_BYTES = 256 * 1024 ** 2
const PART = '.part'

/** What is written to how much of it is left to come, so that two uploads do not count on the same free space. */
type Outstanding = Map<string, number>

/**
 * Takes ISOs into this folder, which is made when the first comes. `freeBytes` says how much the file system of a
 * folder takes.
 */
export function createIsoReceiver(
  folder: string,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): IsoReceiver {
  const outstanding: Outstanding = new Map()
  return {
    receive: async (upload) => {
      const path = join(folder, upload.fileName)
      const part = path + PART
      if (outstanding.has(part)) throw taken(upload.fileName, 'is being uploaded by somebody')
      outstanding.set(part, upload.sizeBytes)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        if (await isThere(path)) throw taken(upload.fileName, 'is there already')
        await requireSpace(folder, upload, outstanding, freeBytes)
        // What is left there is of a process that was killed.
        await rm(part, { force: true })
        await write(part, upload, outstanding)
        if (await isThere(path)) throw taken(upload.fileName, 'came by another way meanwhile')
        await rename(part, path)
        return await fileAt(path)
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined)
        throw failureOf(error, folder)
      } finally {
        outstanding.delete(part)
      }
    },
  }
}

/** Removes what uploads left that were cut off with the process that took them. */
export async function removePartialIsos(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const left = names.filter((name) => name.endsWith(`.iso${PART}`))
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)))
}

async function requireSpace(
  folder: string,
  { fileName, sizeBytes }: IsoUpload,
  outstanding: Outstanding,
  freeBytes: (folder: string) => Promise<number>,
): Promise<void> {
  const promised = [...outstanding.values()].reduce((sum, bytes) => sum + bytes, 0) - sizeBytes
  const free = Math.max(0, (await freeBytes(folder)) - promised - SPARE_BYTES)
  if (free >= sizeBytes) return
  throw new Failure(
    'upload.no-space',
    `${fileName} has ${sizeBytes} bytes, and the disk of ${folder} has room for ${free}; free some space, or put the file elsewhere on the server's machine and give its path`,
    { free, sizeBytes },
  )
}

async function write(part: string, { sizeBytes, body }: IsoUpload, outstanding: Outstanding): Promise<void> {
  // Never through a link, never over what somebody else has put there.
  const file = await open(part, 'wx', 0o600)
  let received = 0
  await pipeline(
    async function* () {
      for await (const chunk of body) {
        received += chunk.length
        if (received > sizeBytes) throw incomplete('more than the announced', sizeBytes)
        outstanding.set(part, sizeBytes - received)
        yield chunk
      }
    },
    // Whoever is told that it is there finds it after a power cut as well.
    file.createWriteStream({ flush: true }),
  )
  if (received < sizeBytes) throw incomplete(`${received} of`, sizeBytes)
}

function incomplete(what: string, sizeBytes: number): Failure {
  return new Failure('upload.incomplete', `${what} ${sizeBytes} bytes came; upload the file again`)
}

function taken(fileName: string, why: string): Failure {
  return new Failure('upload.name-taken', `${fileName} ${why}; choose another name`)
}

function failureOf(error: unknown, folder: string): unknown {
  if (isFailure(error)) return error
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('upload.no-space', `the disk of ${folder} is full; free some space`, {}, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EIO':
      return new Failure(
        'data-dir.unusable',
        `${folder} cannot be written: ${(error as Error).message}`,
        {},
        error,
      )
    default:
      return error
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function fileAt(path: string): Promise<IsoFile> {
  const { size, mtimeMs } = await lstat(path)
  return { path, sizeBytes: size, modifiedAt: Math.floor(mtimeMs) }
}

/** What users without privileges may still write there. */
async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
