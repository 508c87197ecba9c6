/** Who wants a boot file, and by which way. */
export interface BootFileClient {
  /** Source address of the request. */
  readonly address: string
  /** Our own address that was asked; what the file leads to is under the same one. */
  readonly localAddress: string
  /** `http://HOST:PORT` under which it reached us, where it said so itself. */
  readonly base?: string
}

/** A whole file that firmware or iPXE fetches to get further: an iPXE binary, or a script. */
export interface BootFile {
  readonly bytes: Uint8Array
  readonly mediaType: string
  /** The host in whose name it was asked for. */
  readonly host?: string
}

/** Told what became of a file that somebody fetches. */
export interface BootFileObserver {
  sent(transfer: BootFileTransfer & { readonly bytes: number; readonly durationMs: number }): void
  aborted(transfer: BootFileTransfer & { readonly reason: string }): void
}

export interface BootFileTransfer {
  /** As it was asked for. */
  readonly name: string
  /** Of who fetches it. */
  readonly address: string
}

/**
 * The few files that firmware may fetch without saying who it is, the same for TFTP and UEFI HTTP boot. Nothing else can be
 * had by name, whatever the name looks like.
 */
export interface BootFiles {
  /** By the exact name, without leading slashes: `FILE`, or `n/HOST/FILE`; `undefined` for anything else. */
  find(name: string, client: BootFileClient): BootFile | undefined
}
