import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isFailure } from '../../../domain/failure.ts'
import type { Extent } from '../../../domain/installer.ts'
import type { ServedArtifact } from '../../../ports/boot-desk.ts'
import { descriptorOf } from '../../../ports/descriptor.ts'
import type { Log } from '../../../ports/log.ts'
import type { ArtifactAnswer } from '../artifact-answer.ts'
import { locate } from './pieces.ts'
import { reportTo } from './progress.ts'
import { type SendOptions, sendRange } from './send-range.ts'
import { type Reads, watchForStall, watchReads } from './stall.ts'
import type { Turns } from './turns.ts'
import { copyThrough } from './ways/copy-through.ts'
import { handOver } from './ways/hand-over.ts'
import { readFirst } from './ways/read-first.ts'
import type { Way } from './ways/way.ts'

/** The end of every range is sent only after the file was found to be unchanged. */
const HELD_BACK_BYTES = 16 * 1024

export interface TransferOptions {
  readonly stallMs: number
  /** Bytes of it in memory at most; asked before each piece. */
  readonly pieceBytes: () => number
  readonly turns: Turns
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
 * Writes the answer at the pace of the client. The observer is told of it once begun and once ended. Whatever goes wrong
 * after the first byte ends the connection, so that the client sees a body that is too short instead of wrong bytes.
 * Never rejects.
 */
export async function sendArtifact(
  socket: Socket,
  response: ServerResponse,
  artifact: ServedArtifact,
  answer: ArtifactAnswer,
  options: TransferOptions,
): Promise<TransferResult> {
  const { stallMs, turns, log, abort } = options
  const { signal } = abort
  const gone = () => abort.abort('the client closed the connection')
  const progress = reportTo(artifact.observe(), log)

  socket.once('close', gone)
  response.on('error', gone)
  const reads = watchReads()
  watchForStall(response, stallMs, {
    bytes: progress.bytes,
    wasHeldBack: turns.wasHeldBack,
    isReading: reads.isUnderWay,
    stalled: (reason) => abort.abort(reason),
  })
  progress.started()
  try {
    if (socket.destroyed) gone()
    // Answers to pipelined requests wait for their turn; only then is anything read.
    if (!response.socket) await once(response, 'socket', signal)
    await writeBody(socket, response, artifact, answer, { ...options, reads, count: progress.add })
    response.end()
    if (!response.writableFinished) await once(response, 'finish', signal)
    progress.finished()
    return { bytes: progress.bytes() }
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
  socket: Socket,
  response: ServerResponse,
  artifact: ServedArtifact,
  { status, headers, parts, tail }: ArtifactAnswer,
  options: TransferOptions & { readonly reads: Reads; readonly count: (bytes: number) => void },
): Promise<void> {
  const { turns, reads, count } = options
  const { signal } = options.abort
  const write = (bytes: Uint8Array): Promise<void> => flush(response, bytes, signal)
  signal.throwIfAborted()
  response.writeHead(status, headers)
  const way = reads.of(chooseWay(socket, response, artifact, options))
  const sending = { way, turns, signal, count }
  const checked = { ...sending, way: reads.of(readFirst(artifact.blob, response, () => HELD_BACK_BYTES)) }
  try {
    for (const { head, range } of parts) {
      await write(head)
      const extents = locate(artifact.extents, range)
      const missing = extents.reduce((left, { lengthBytes }) => left - lengthBytes, range.lengthBytes)
      await sendExtents(extents, sending, checked)
      if (missing > 0) throw new Error(`the extents are ${missing} bytes shorter than the artifact`)
    }
    await write(tail)
  } finally {
    way.close?.()
  }
}

/** All of them one after the other, the very end by the way that looks at the file once more before it sends. */
async function sendExtents(
  extents: readonly Extent[],
  sending: SendOptions,
  checked: SendOptions,
): Promise<void> {
  for (const [index, extent] of extents.entries()) {
    const isLast = index === extents.length - 1
    const heldBack = isLast ? Math.min(HELD_BACK_BYTES, extent.lengthBytes) : 0
    const [offsetBytes, lengthBytes] = [extent.offsetBytes, extent.lengthBytes - heldBack]
    await sendRange({ offsetBytes, lengthBytes }, sending)
    if (isLast) await sendRange({ offsetBytes: offsetBytes + lengthBytes, lengthBytes: heldBack }, checked)
  }
}

function chooseWay(
  socket: Socket,
  response: ServerResponse,
  { blob }: ServedArtifact,
  { pieceBytes }: TransferOptions,
): Way {
  const { direct } = blob
  const reading = readFirst(blob, response, pieceBytes)
  if (!direct) return reading
  if ('encrypted' in socket) return copyThrough(direct, socket, response, pieceBytes)
  return descriptorOf(socket) === undefined
    ? reading
    : handOver({ direct, socket, response, otherwise: reading })
}

/** Resolves when the connection has taken them, and all that was written before. */
function flush(response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (bytes.length === 0) return resolve()
    const aborted = (): void => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    response.write(bytes, (error) => {
      signal.removeEventListener('abort', aborted)
      if (error) reject(error)
      else resolve()
    })
  })
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

function once(response: ServerResponse, event: 'finish' | 'socket', signal: AbortSignal): Promise<void> {
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
