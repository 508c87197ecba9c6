/** What became of one file that boot media are kept under. */
export interface CleanedFile {
  /** Where it is, in the words of the place: `[LocalDS_0] edgeboot/edgeboot-0123456789abcdef.iso`. */
  readonly place: string
  readonly bytes: number
  /** `unused`: it would have been removed, had it been asked for. */
  readonly outcome: 'removed' | 'unused' | 'kept' | 'failed'
  /** Why, in words that fit after the outcome. */
  readonly reason: string
}

export interface CleanOptions {
  /** Nothing is removed. */
  readonly dryRun: boolean
  /** Takes what people should know of the whole, not of one file. */
  readonly note: (text: string) => void
}

/** Removes boot media that no machine uses, and nothing else. */
export interface MediaCleaner {
  /** One file after the other as it is decided; a file that cannot be removed does not stop the others. */
  clean(options: CleanOptions, signal: AbortSignal): AsyncIterable<CleanedFile>
}
