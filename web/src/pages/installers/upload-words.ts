import { MAX_ISO_BYTES } from '../../../../src/domain/iso-upload.ts'
import { uploadNameFor } from '../../installers/iso-names.ts'
import { bytesInWords, durationInWords, rateInWords } from '../../ui/words.ts'

/** The rate of the first moments says nothing. Milliseconds. */
const SETTLE_MS = 2000

/** What is known of an upload that is under way. */
export interface UploadState {
  readonly sentBytes: number
  readonly totalBytes: number
  readonly elapsedMs: number
}

/** `1.2 GiB of 4.0 GiB, 85 MiB/s, 33 s left`. */
export function uploadInWords({ sentBytes, totalBytes, elapsedMs }: UploadState): string {
  const far = `${bytesInWords(sentBytes)} of ${bytesInWords(totalBytes)}`
  if (sentBytes >= totalBytes) return `${far}; the server writes the rest to its disk`
  if (elapsedMs < SETTLE_MS || sentBytes === 0) return far
  const bytesPerMs = sentBytes / elapsedMs
  const left = durationInWords((totalBytes - sentBytes) / bytesPerMs)
  return `${far}, ${rateInWords(bytesPerMs * 1000)}, ${left} left`
}

/** Full per cent, 100 only when all is sent. */
export function uploadPercent({ sentBytes, totalBytes }: UploadState): number {
  return totalBytes === 0 ? 0 : Math.floor((100 * Math.min(sentBytes, totalBytes)) / totalBytes)
}

/** Why the server would not take this file, so that nobody waits for its answer. */
export function reasonAgainstUpload({
  name,
  size,
}: {
  readonly name: string
  readonly size: number
}): string | undefined {
  if (uploadNameFor(name) === undefined) return `${name} is no ISO by its name: it has to end in .iso.`
  if (size === 0) return `${name} is empty.`
  if (size > MAX_ISO_BYTES)
    return `${name} has ${bytesInWords(size)}; at most ${bytesInWords(MAX_ISO_BYTES)} are taken.`
  return undefined
}

/** Why this is no SHA-256 in hex; `undefined` for one, in any case of letters, and for none at all. */
export function reasonAgainstSha256(text: string): string | undefined {
  return text.trim() === '' || /^[0-9a-f]{64}$/i.test(text.trim()) ? undefined : '64 hexadecimal digits'
}
