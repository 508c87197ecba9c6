import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { isMachineName } from '../../domain/machine.ts'
import type { HostLogStore } from '../../ports/host-log-store.ts'
import type { Log } from '../../ports/log.ts'

export interface HostLogDirectoryOptions {
  readonly directory: string
  readonly log: Log
  /** A log that would get longer than this becomes the old one, and a new one is begun. */
  readonly maxBytes?: number
}

/** Closing it writes what is still in memory. */
export interface HostLogDirectory extends HostLogStore, AsyncDisposable {}

const MAX_BYTES = 1024 * 1024
/** Written at once to one log, in bytes. */
const PIECE_BYTES = 64 * 1024
/** Lines come one by one; they are written together. Milliseconds. */
const GATHER_MS = 200
/** In memory for all hosts, in bytes; a disk slower than that loses lines. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** A full disk is not told of with every line. Milliseconds. */
const COMPLAIN_EVERY_MS = 60_000

/**
 * Keeps logs as `DIRECTORY/HOST.log` and, of what was before, `DIRECTORY/HOST.log.1`, readable by the owner only.
 */
export function openHostLogDirectory(options: HostLogDirectoryOptions): HostLogDirectory {
  const { directory, log, maxBytes = MAX_BYTES } = options
  const waiting = new Map<string, string[]>()
  let waitingBytes = 0
  let lost = 0
  let timer: NodeJS.Timeout | undefined
  let complainedAt = Number.NEGATIVE_INFINITY
  let last: Promise<unknown> = Promise.resolve()

  function pathsOf(host: string): readonly [current: string, old: string] {
    const current = join(directory, `${host}.log`)
    return [current, `${current}.1`]
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }

  async function writeAll(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const batch = [...waiting]
    waiting.clear()
    waitingBytes = 0
    for (const [host, lines] of batch) {
      try {
        await write(host, lines)
      } catch (error) {
        lost += lines.length
        complain(error)
      }
    }
  }

  async function write(host: string, lines: readonly string[]): Promise<void> {
    const [current, old] = pathsOf(host)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    for (const text of inPieces(lines)) {
      if ((await appendText(current, text)) < maxBytes) continue
      await rename(current, old)
    }
  }

  /** No line is worth an error of whoever receives it. */
  function complain(error?: unknown): void {
    const now = performance.now()
    if (now - complainedAt < COMPLAIN_EVERY_MS) return
    complainedAt = now
    log.error({ ...(error ? { err: error } : {}), lost, directory }, 'lines of host logs were lost')
    lost = 0
  }

  return {
    append(host, lines) {
      const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
      if (!isMachineName(host) || waitingBytes + bytes > MAX_WAITING_BYTES) {
        lost += lines.length
        return complain()
      }
      waitingBytes += bytes
      const before = waiting.get(host)
      if (before) before.push(...lines)
      else waiting.set(host, [...lines])
      timer ??= setTimeout(() => void inTurn(writeAll), GATHER_MS)
    },
    tail: async (host, wanted) => {
      if (!isMachineName(host)) return ''
      return await inTurn(async () => {
        await writeAll()
        const [current, old] = pathsOf(host)
        const newest = await readEnd(current, wanted)
        if (newest.length >= wanted) return newest.toString('utf8')
        return Buffer.concat([await readEnd(old, wanted - newest.length), newest]).toString('utf8')
      })
    },
    remove: async (host) => {
      if (!isMachineName(host)) return
      await inTurn(async () => {
        waiting.delete(host)
        for (const path of pathsOf(host)) await rm(path, { force: true })
      })
    },
    async [Symbol.asyncDispose]() {
      await inTurn(writeAll)
    },
  }
}

/** Appends and resolves to the size of the file then. */
async function appendText(path: string, text: string): Promise<number> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  await using handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
  await handle.writeFile(text)
  return (await handle.stat()).size
}

function* inPieces(lines: readonly string[]): Generator<string> {
  let piece = ''
  for (const line of lines) {
    if (piece.length + line.length > PIECE_BYTES && piece !== '') {
      yield piece
      piece = ''
    }
    piece += `${line}\n`
  }
  if (piece !== '') yield piece
}

async function readEnd(path: string, wanted: number): Promise<Buffer> {
  try {
    await using handle: FileHandle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const { size } = await handle.stat()
    const length = Math.min(size, wanted)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw new Failure(
      'blob.unreadable',
      `${path} cannot be read: ${(error as Error).message}`,
      { path },
      error,
    )
  }
}
