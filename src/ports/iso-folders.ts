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
