import { showName } from '../../codec/tftp/file-name.ts'
import { TFTP_ERRORS, type TftpPacket } from '../../codec/tftp/packet.ts'
import type { TftpLimits } from './limits.ts'
import type { TransferPlan } from './plan-transfer.ts'

/** How a transfer ended. */
export type TransferEnd =
  | { readonly kind: 'sent' }
  /** The client wanted to know the size of the file, and nothing else. */
  | { readonly kind: 'size-asked' }
  | { readonly kind: 'aborted'; readonly reason: string }

/** What is to be done now. */
export interface TransferStep {
  readonly send: readonly TftpPacket[]
  /** Milliseconds from now after which it is a timeout; left out: what was said before still holds. */
  readonly waitMs?: number
  /** It is over: nothing more is to be sent and nothing more is heard. */
  readonly end?: TransferEnd
}

/**
 * One file on its way to one client: decides what is sent and when again, without a socket and without a clock
 * (RFC 1350, 2347, 7440). The same in the same order leads to the same.
 */
export interface TransferSession {
  start(): TransferStep
  onPacket(packet: TftpPacket): TransferStep
  onTimeout(): TransferStep
  /** The client acknowledged something, so it is there and its address is not made up. */
  readonly isAnswered: boolean
  /** What was sent last was not acknowledged in time. */
  readonly isStalled: boolean
  /** Bytes of the file that the client has. */
  readonly acknowledgedBytes: number
}

/** Block numbers roll over to 0. */
const NUMBERS = 0x10000

/** Windows that must arrive whole and unrepeated before a repeated acknowledgement is believed once more. */
const CALM_WINDOWS = 2

/**
 * Blocks that may be sent again without waiting for a timeout, for each one that arrived; so many windows of that can be saved up.
 * A client that acknowledges whatever comes out of order would otherwise get a whole window for every single block.
 */
const AGAIN_PER_BLOCK = 2
const SAVED_WINDOWS = 4

const NOTHING: TransferStep = { send: [] }

export function createTransferSession(plan: TransferPlan, limits: TftpLimits): TransferSession {
  const { bytes, blockSize, windowSize, acknowledged, retryMs } = plan
  // The last block is shorter than the others, if need be empty: so the client knows that it is the last (RFC 1350 §6).
  const blocks = Math.floor(bytes.length / blockSize) + 1
  const longestMs = Math.max(retryMs, limits.longestRetryMs)
  const offersOptions = acknowledged.length > 0
  /** Blocks the client has; -1 while it has not acknowledged the options, which counts as block 0. */
  let done = offersOptions ? -1 : 0
  /** Blocks sent at least once. */
  let sent = 0
  let tries = 0
  let waitMs = retryMs
  let calmWindows = 0
  let mayAgain = SAVED_WINDOWS * windowSize

  function sendWindow(): TransferStep {
    if (done < 0) return { send: [{ type: 'options', options: acknowledged }], waitMs }
    const end = Math.min(done + windowSize, blocks)
    const send: TftpPacket[] = []
    for (let at = done; at < end; at += 1) {
      send.push({ type: 'data', block: (at + 1) % NUMBERS, bytes: blockAt(at * blockSize) })
    }
    sent = end
    return { send, waitMs }
  }

  /** Not `subarray`, which of a Buffer makes another one, by a detour through Node.js. */
  function blockAt(offset: number): Uint8Array {
    const length = Math.min(blockSize, bytes.length - offset)
    return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length)
  }

  function onAcknowledgement(block: number): TransferStep {
    if (done < 0) {
      if (block !== 0) return NOTHING
      return progress(0)
    }
    const ahead = (block - (done % NUMBERS) + NUMBERS) % NUMBERS
    if (ahead === 0) return repeat()
    // Of a window before, or of blocks that were never sent.
    if (ahead > sent - done) return NOTHING
    calmWindows = done + ahead === sent ? calmWindows + 1 : 0
    mayAgain = Math.min(mayAgain + AGAIN_PER_BLOCK * ahead, SAVED_WINDOWS * windowSize)
    return progress(done + ahead)
  }

  function progress(now: number): TransferStep {
    done = now
    tries = 1
    waitMs = retryMs
    if (done === blocks) return { send: [], end: { kind: 'sent' } }
    // Inside the window, what follows was lost: the next window begins there (RFC 7440 §4).
    const again = sent - done
    if (again > mayAgain) return { send: [], waitMs }
    mayAgain -= Math.max(0, again)
    return sendWindow()
  }

  /**
   * The client says again what it said before. With a window that may mean that the first block of it was lost, so it is
   * sent again without waiting; but never twice in a row, and never for single blocks: each copy would be acknowledged, and
   * every block sent twice from there on (RFC 1123 §4.2.3.1, the Sorcerer's Apprentice).
   */
  function repeat(): TransferStep {
    if (windowSize === 1 || calmWindows < CALM_WINDOWS) return NOTHING
    calmWindows = 0
    return sendWindow()
  }

  function onError(code: number, message: string): TransferStep {
    // OVMF says 8, boot ROMs of the PXE kind say 0: they come again for the file.
    const isDone = code === TFTP_ERRORS.optionsRefused || code === TFTP_ERRORS.seeMessage
    if (done < 0 && isDone && acknowledged.some(({ name }) => name === 'tsize')) {
      return { send: [], end: { kind: 'size-asked' } }
    }
    const reason = `the client ended it with error ${code}${message ? `: ${showName(message)}` : ''}`
    return { send: [], end: { kind: 'aborted', reason } }
  }

  return {
    start() {
      tries = 1
      return sendWindow()
    },
    onPacket(packet) {
      if (packet.type === 'acknowledgement') return onAcknowledgement(packet.block)
      if (packet.type === 'error') return onError(packet.code, packet.message)
      return NOTHING
    },
    onTimeout() {
      if (tries >= limits.tries) return { send: [], end: { kind: 'aborted', reason: silence(done, blocks) } }
      tries += 1
      waitMs = Math.min(waitMs * 2, longestMs)
      calmWindows = 0
      return sendWindow()
    },
    get isAnswered() {
      return done > 0 || (offersOptions && done === 0)
    },
    get isStalled() {
      return tries > 1
    },
    get acknowledgedBytes() {
      return Math.min(Math.max(0, done) * blockSize, bytes.length)
    },
  }
}

function silence(done: number, blocks: number): string {
  if (done <= 0) return 'the client did not answer: are its replies let through to this port?'
  if (done === blocks - 1)
    return 'the client did not acknowledge the last block; it may have the file all the same'
  return `the client fell silent after block ${done} of ${blocks}`
}
