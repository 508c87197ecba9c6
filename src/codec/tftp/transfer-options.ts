import type { TftpOption } from './packet.ts'

/** What a client asks of a transfer, as far as it is known and valid. */
export interface TransferOptions {
  /** Bytes of a block, 8 to 65464 (RFC 2348). */
  readonly blockSize?: number | undefined
  /** Blocks sent before an acknowledgement is waited for, 1 to 65535 (RFC 7440). */
  readonly windowSize?: number | undefined
  /** Seconds before something is sent again, 1 to 255 (RFC 2349). */
  readonly timeoutSeconds?: number | undefined
  /** It wants to know the size of the file (RFC 2349); the number it sends with that means nothing. */
  readonly asksSize: boolean
}

/** The options of a request. What is unknown or out of bounds is left out, and so not acknowledged (RFC 2347). */
export function readTransferOptions(options: readonly TftpOption[]): TransferOptions {
  const valueFor = (wanted: string) => options.find(({ name }) => name.toLowerCase() === wanted)?.value
  return {
    blockSize: readNumber(valueFor('blksize'), 8, 65_464),
    windowSize: readNumber(valueFor('windowsize'), 1, 65_535),
    timeoutSeconds: readNumber(valueFor('timeout'), 1, 255),
    asksSize: readNumber(valueFor('tsize'), 0, Number.MAX_SAFE_INTEGER) !== undefined,
  }
}

/** Decimal digits and nothing else. */
function readNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined
  const number = Number(text)
  return number >= least && number <= most ? number : undefined
}
