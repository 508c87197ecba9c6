import type { ArtifactRole } from '../domain/artifact.ts'
import type { ScriptAction } from '../domain/event.ts'
import type { Extent } from '../domain/installer.ts'
import type { RandomAccess } from './blob-source.ts'
import type { BootFile } from './boot-files.ts'

/** Who is asking, as the boot listener sees it. */
export interface BootClient {
  /** Source address of the connection. */
  readonly address: string
  readonly userAgent: string
  /**
   * `http://HOST:PORT` or `https://HOST:PORT` under which this client reached us: the scheme of its connection, and
   * its checked Host header or the configured address.
   */
  readonly base: string
  /** The same host over HTTPS, where this client asked without it and there is such a listener. */
  readonly secureBase?: string
}

/** What iPXE says of the machine it runs on: settings by name, undecoded beyond URL encoding, each at most 256 characters. */
export type ScriptQuery = Readonly<Record<string, string>>

export interface ScriptAnswer {
  readonly action: ScriptAction
  readonly script: string
  /** Set for `wait`: answered with 503 and Retry-After, which iPXE obeys by itself. Seconds. */
  readonly retryAfterSeconds?: number
}

/** Told how a transfer goes. `bytes` are counted from the start of this response. */
export interface TransferObserver {
  started(): void
  progress(bytes: number): void
  finished(bytes: number): void
  aborted(bytes: number, reason: string): void
}

/** One file as it is served: byte ranges of an open blob. */
export interface ServedArtifact {
  readonly role: ArtifactRole
  readonly sizeBytes: number
  readonly extents: readonly Extent[]
  readonly blob: RandomAccess
  /** Strong entity tag without quotes (RFC 9110 §8.8.3), from the identity of the ISO and the path inside. */
  readonly entityTag: string
  /** Hex SHA-256, as soon as it is known. */
  sha256(): string | undefined
  /** An observer for one GET (never for HEAD). */
  observe(): TransferObserver
}

/** A boot file on its way to whoever asked for it. */
export interface ServedBootFile extends BootFile {
  /** What one GET (never a HEAD) comes to; milliseconds since it was asked for. */
  readonly observe?: {
    sent(durationMs: number): void
    aborted(reason: string): void
  }
}

export interface UserDataAnswer {
  /** Text of the document, `#cloud-config` first. */
  readonly document: string
}

export type PhoneHomeOutcome = 'accepted' | 'unknown-token'

/** What the boot listener asks the rest of the program. Answers come from memory and are quick. */
export interface BootDesk {
  /** The constant script that asks for the script of the very host. */
  bootScript(client: BootClient): string
  hostScript(query: ScriptQuery, client: BootClient): Promise<ScriptAnswer>
  /** By boot id and last path segment; `undefined` for anything unknown. */
  artifact(bootId: string, name: string, client: BootClient): ServedArtifact | undefined
  /** By hex SHA-256 of the bytes and last path segment. */
  artifactByDigest(sha256: string, name: string): ServedArtifact | undefined
  /** By classic name (`palette-kernel` …), only where classic names are switched on. */
  classicArtifact(name: string, client: BootClient): ServedArtifact | undefined
  /** A firmware image or the script beside it, by name; `n/HOST/NAME` in the name of a host. */
  bootFile(name: string, client: BootClient): ServedBootFile | undefined
  userData(token: string, client: BootClient): Promise<UserDataAnswer | undefined>
  classicUserData(client: BootClient): Promise<UserDataAnswer | undefined>
  phoneHome(token: string, stage: string, detail: string, client: BootClient): Promise<PhoneHomeOutcome>
}
