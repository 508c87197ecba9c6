/** A transfer, for whoever wants to know of it. */
export interface TransferAbout {
  /** Name of the file, one that exists. */
  readonly name: string
  /** Address and port of the client. */
  readonly address: string
  readonly port: number
  /** Size of the file. */
  readonly bytes: number
  readonly blockSize: number
  readonly windowSize: number
  readonly durationMs: number
}

/** Hears what becomes of each request, once. Must not throw and must not wait. */
export interface TftpObserver {
  /** The client acknowledged the last block. */
  sent(about: TransferAbout): void
  aborted(about: TransferAbout & { readonly reason: string; readonly acknowledgedBytes: number }): void
  /** The client asked for the size and ended it then; most come again for the file. */
  sizeAsked(about: TransferAbout): void
  /** `name` as it can be shown; empty where no name could be read. Whoever asks too often is named once in a while only. */
  refused(about: {
    readonly name: string
    readonly address: string
    readonly port: number
    readonly reason: string
  }): void
}
