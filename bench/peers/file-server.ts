import type { BenchContext } from '../measure/table.ts'
import type { Certificate } from './certificate.ts'
import type { InstallerFiles } from './installer-files.ts'

/** Part of the root file system, in bytes. */
export interface Part {
  readonly from: number
  readonly bytes: number
}

/** One answer that a load client asks for and counts. */
export interface Download {
  readonly url: string
  /** Where a `Range` begins; without it the whole answer is wanted. */
  readonly from?: number
  /** Exactly so many are expected. */
  readonly bytes: number
}

/** A program that serves a root file system, under measurement. */
export interface FileServer extends AsyncDisposable {
  /** Column of the tables. */
  readonly name: string
  readonly pid: number
  /** What to ask for, one part for each connection. */
  downloads(parts: readonly Part[]): Promise<readonly Download[]>
}

/** What every one of them is started with. */
export interface FileServerOptions {
  readonly context: BenchContext
  readonly files: InstallerFiles
  /** Given: HTTPS with it, else HTTP. */
  readonly certificate?: Certificate
}

/** Of a server that answers ranges of one file under one address; the whole file is asked for without a range. */
export function rangesOf(url: string, sizeBytes: number, parts: readonly Part[]): readonly Download[] {
  return parts.map(({ from, bytes }) => (bytes === sizeBytes ? { url, bytes } : { url, from, bytes }))
}
