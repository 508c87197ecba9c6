/** One file of the built dashboard. */
export interface DashboardFile {
  readonly bytes: Uint8Array
  /** The same, compressed by gzip (RFC 1952) when it is first asked for; nothing where that gains nothing. */
  gzip(): Promise<Uint8Array | undefined>
  readonly mediaType: string
  /** Its name changes with its content, so it may be kept for ever. */
  readonly isImmutable: boolean
}

/** The built dashboard, in memory: it is small, and nothing a request says is ever a path. */
export interface DashboardFiles {
  /** The page itself, with `%NONCE%` where the nonce of its policy goes. */
  readonly page: string
  /** By path from the root, `/assets/index-1a2b.js`. */
  readonly files: ReadonlyMap<string, DashboardFile>
}
