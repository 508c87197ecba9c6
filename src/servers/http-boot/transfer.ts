import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isFailure } from '../../domain/failure.ts'
import type { ServedArtifact, TransferObserver } from '../../ports/boot-desk.ts'
import type { Log } from '../../ports/log.ts'
import type { ArtifactAnswer } from './artifact-answer.ts'
import { piecesOf } from './pieces.ts'

const REPORT_EVERY_BYTES = 4 * 1024 * 1024
const REPORT_EVERY_MS = 250

export interface TransferOptions {
  readonly stallMs: number
  /** Bytes to read and write next; asked before each piece. */
  readonly pieceBytes: () => number
  /** Ends the transfer; its reason is a text that says why. */
  readonly abort: AbortController
  readonly log: Log
}

/** How a transfer ended. `bytes` are bytes of the artifact, without the framing of several ranges. */
export interface TransferResult {
  readonly bytes: number
  readonly abortReason?: string
}

/**
 * Writes the answer at the pace of the client, with one piece in memory at a time. The observer is told of it once
 * begun and once ended. Whatever goes wrong after the first byte ends the connection, so that the client sees a body
 * that is too short instead of wrong bytes. Never rejects.
 */
export async function sendArtifact(
  socket: Socket,
  response: ServerResponse,
  artifact: ServedArtifact,
  answer: ArtifactAnswer,
  options: TransferOptions,
): Promise<TransferResult> {
  const { stallMs, log, abort } = options
  const { signal } = abort
  const gone = () => abort.abort('the client closed the connection')
  const progress = reportTo(guard(artifact.observe(), log))

  socket.once('close', gone)
  response.on('error', gone)
  response.setTimeout(stallMs, () => {
    const seconds = stallMs / 1000
    const who = response.writableLength > 0 ? 'the client accepted' : 'the installer ISO gave'
    abort.abort(`${who} no byte for ${seconds} s`)
  })
  progress.started()
  try {
    if (socket.destroyed) gone()
    // Answers to pipelined requests wait for their turn; only then is anything read.
    if (!response.socket) await once(response, 'socket', signal)
    await writeBody(response, artifact, answer, options, progress.add)
    response.end()
    if (!response.writableFinished) await once(response, 'finish', signal)
    return { bytes: progress.finished() }
  } catch (error) {
    const abortReason = describeAbort(error, signal, log)
    const bytes = progress.aborted(abortReason, response.writableLength)
    socket.destroy()
    return { bytes, abortReason }
  } finally {
    socket.off('close', gone)
  }
}

async function writeBody(
  response: ServerResponse,
  { extents, blob }: ServedArtifact,
  { status, headers, parts, tail }: ArtifactAnswer,
  { pieceBytes, abort: { signal } }: TransferOptions,
  count: (bytes: number) => boolean,
): Promise<void> {
  const write = async (bytes: Uint8Array): Promise<void> => {
    signal.throwIfAborted()
    if (bytes.length > 0 && !response.write(bytes)) await once(response, 'drain', signal)
  }
  signal.throwIfAborted()
  response.writeHead(status, headers)
  for (const { head, range } of parts) {
    await write(head)
    let missing = range.lengthBytes
    for (const piece of piecesOf(extents, range, pieceBytes)) {
      const bytes = await blob.read(piece.offsetBytes, piece.lengthBytes, signal)
      await write(bytes)
      missing -= bytes.length
      // With everything cached and a fast client all of this happens in one turn of the event loop.
      if (count(bytes.length)) await nextTurn()
    }
    if (missing > 0) throw new Error(`the extents are ${missing} bytes shorter than the artifact`)
  }
  await write(tail)
}

/** Counts bytes and tells the observer at most once per 4 MiB or 250 ms. */
function reportTo(observer: TransferObserver) {
  let bytes = 0
  let reportedBytes = 0
  let reportedAt = performance.now()
  return {
    started: () => observer.started(),
    /** True when it was time for a report. */
    add(more: number): boolean {
      bytes += more
      const now = performance.now()
      if (bytes - reportedBytes < REPORT_EVERY_BYTES && now - reportedAt < REPORT_EVERY_MS) return false
      reportedBytes = bytes
      reportedAt = now
      observer.progress(bytes)
      return true
    },
    finished(): number {
      observer.finished(bytes)
      return bytes
    },
    aborted(reason: string, unsentBytes: number): number {
      const sent = Math.max(0, bytes - unsentBytes)
      observer.aborted(sent, reason)
      return sent
    },
  }
}

/** An observer that fails must not cost a host its download. */
function guard(observer: TransferObserver, log: Log): TransferObserver {
  const attempt = (tell: () => void): void => {
    try {
      tell()
    } catch (error) {
      log.error({ err: error }, 'a transfer could not be reported')
    }
  }
  return {
    started: () => attempt(() => observer.started()),
    progress: (bytes) => attempt(() => observer.progress(bytes)),
    finished: (bytes) => attempt(() => observer.finished(bytes)),
    aborted: (bytes, reason) => attempt(() => observer.aborted(bytes, reason)),
  }
}

function describeAbort(error: unknown, signal: AbortSignal, log: Log): string {
  if (signal.aborted) return String(signal.reason)
  if (isFailure(error, 'blob.changed')) {
    log.warn({ code: error.code, detail: error.message }, 'the installer ISO changed while it was served')
    return 'the installer ISO changed while it was served'
  }
  log.error({ err: error }, 'the installer ISO could not be read')
  return 'the installer ISO could not be read'
}

function once(
  response: ServerResponse,
  event: 'drain' | 'finish' | 'socket',
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => () => {
      response.off(event, happened)
      signal.removeEventListener('abort', aborted)
      how()
    }
    const happened = settle(resolve)
    const aborted = settle(() => reject(signal.reason))
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    response.once(event, happened)
    signal.addEventListener('abort', aborted, { once: true })
  })
}
