import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskBlobs } from '../adapters/blobs-disk/disk-blobs.ts'
import { Failure } from '../domain/failure.ts'
import type { RandomAccess } from '../ports/blob-source.ts'
import { type ClassicFile, classicFiles } from '../services/classic-files.ts'
import { inspectInstaller } from '../services/inspect-installer/inspect-installer.ts'
import type { IsoPaths } from './installer.ts'
import { parseServerUrl } from './media.ts'
import { readServedUserData } from './user-data.ts'

export interface ExportOptions {
  readonly isoPath: string
  readonly directory: string
  readonly serverUrl: string
  readonly userDataPath?: string
  readonly paths?: IsoPaths
  /** Told before each file. */
  readonly note: (text: string) => void
}

const CHUNK_BYTES = 4 * 1024 * 1024

/**
 * Writes the classic folder. Each file appears whole or not at all; one that is there already stays when it is the
 * same, and is otherwise not overwritten (Failure `export.target-not-empty`). Resolves to the names.
 */
export async function exportInstaller(
  options: ExportOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const base = parseServerUrl(options.serverUrl)
  const userData =
    options.userDataPath === undefined ? undefined : await readServedUserData(options.userDataPath)
  await using blob = await createDiskBlobs().open(options.isoPath)
  const installer = await inspectInstaller(blob, options.paths ? { paths: options.paths } : {}, signal)
  const files = classicFiles(installer, { base, ...(userData === undefined ? {} : { userData }) })
  await mkdir(options.directory, { recursive: true })
  for (const file of files) await writeWhole(file, blob, options, signal)
  return files.map(({ name }) => name)
}

async function writeWhole(
  file: ClassicFile,
  blob: RandomAccess,
  options: ExportOptions,
  signal: AbortSignal,
): Promise<void> {
  const path = join(options.directory, file.name)
  const unfinished = `${path}.part`
  options.note(`writing ${path}`)
  try {
    const digest = await copy(file, blob, unfinished, signal)
    if (existsSync(path)) {
      if ((await digestOf(path)) !== digest) {
        throw new Failure(
          'export.target-not-empty',
          `${path} is there and different; remove it or choose another folder`,
        )
      }
      await rm(unfinished)
      return
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

async function copy(
  file: ClassicFile,
  blob: RandomAccess,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256')
  await using handle = await open(path, 'w')
  for await (const bytes of 'text' in file
    ? [new TextEncoder().encode(file.text)]
    : pieces(file, blob, signal)) {
    hash.update(bytes)
    await handle.writeFile(bytes)
  }
  await handle.sync()
  return hash.digest('hex')
}

async function* pieces(
  { extents }: Extract<ClassicFile, { extents: unknown }>,
  blob: RandomAccess,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const { offsetBytes, lengthBytes } of extents) {
    for (let done = 0; done < lengthBytes; done += CHUNK_BYTES) {
      signal.throwIfAborted()
      yield await blob.read(offsetBytes + done, Math.min(CHUNK_BYTES, lengthBytes - done), signal)
    }
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer)
  return hash.digest('hex')
}
