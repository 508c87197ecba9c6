/** An ISO file on this machine. */
export interface IsoFile {
  readonly path: string
  readonly sizeBytes: number
  /** Epoch milliseconds. */
  readonly modifiedAt: number
}

/** The folders in which people keep ISOs. */
export interface IsoFolders {
  /** The ISO files directly in the folders that are there; of very many the newest. */
  list(): Promise<{ readonly folders: readonly string[]; readonly items: readonly IsoFile[] }>
}

/** An ISO that somebody sends. */
export interface IsoUpload {
  /** As `ISO_FILE_NAME` of the domain. */
  readonly fileName: string
  /** What was announced; the body has to be as long. */
  readonly sizeBytes: number
  /** Ends with an error when the rest does not come. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Where ISOs go that are sent to this machine. */
export interface IsoReceiver {
  /**
   * Writes it to a file that has its name as soon as it is whole; of what fails nothing stays. Failure
   * `upload.name-taken`, `upload.no-space` (before the first byte, where that can be known), `upload.incomplete`,
   * `data-dir.unusable`, and what the body ends with.
   */
  receive(upload: IsoUpload): Promise<IsoFile>
}
