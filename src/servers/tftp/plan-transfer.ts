import type { TftpOption } from '../../codec/tftp/packet.ts'
import { readTransferOptions } from '../../codec/tftp/transfer-options.ts'
import type { TftpLimits } from './limits.ts'

/** How a file is sent. */
export interface TransferPlan {
  readonly bytes: Uint8Array
  /** Bytes of a block. */
  readonly blockSize: number
  /** Blocks sent before an acknowledgement is waited for. */
  readonly windowSize: number
  /** Milliseconds after which the same is sent again for the first time. */
  readonly retryMs: number
  /** Acknowledged to the client before the first block; none: it begins with the first block (RFC 2347). */
  readonly acknowledged: readonly TftpOption[]
}

/** A block without the option (RFC 1350 §2). */
const USUAL_BLOCK_SIZE = 512

/** What is made of what the client asks: block and window may only become smaller (RFC 2348, RFC 7440 §3). */
export function planTransfer(
  bytes: Uint8Array,
  options: readonly TftpOption[],
  limits: TftpLimits,
): TransferPlan {
  const asked = readTransferOptions(options)
  const blockSize = Math.min(asked.blockSize ?? USUAL_BLOCK_SIZE, limits.maxBlockSize)
  const fitting = Math.max(1, Math.floor(limits.maxWindowBytes / blockSize))
  const windowSize = Math.min(asked.windowSize ?? 1, limits.maxWindowSize, fitting)
  const answers: readonly (readonly [string, number | undefined])[] = [
    ['blksize', asked.blockSize && blockSize],
    // curl takes a size of 0 for a mistake; an option may be left out.
    ['tsize', asked.asksSize && bytes.length > 0 ? bytes.length : undefined],
    ['timeout', asked.timeoutSeconds],
    ['windowsize', asked.windowSize && windowSize],
  ]
  return {
    bytes,
    blockSize,
    windowSize,
    retryMs: asked.timeoutSeconds === undefined ? limits.retryMs : asked.timeoutSeconds * 1000,
    acknowledged: answers.flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: String(value) }],
    ),
  }
}
