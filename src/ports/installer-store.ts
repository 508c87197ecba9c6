import type { ArtifactRole } from '../domain/artifact.ts'
import type { BlobIdentity } from './blob-source.ts'

/** An ISO that was registered under a name, as it was then. */
export interface RegisteredInstaller {
  readonly name: string
  readonly identity: BlobIdentity
  /** Paths inside the ISO given by hand for an unknown family. */
  readonly paths?: Readonly<Record<ArtifactRole, string>>
  /** Hex SHA-256 of the whole ISO, when it was verified. */
  readonly sha256?: string
  /** Epoch milliseconds. */
  readonly addedAt: number
}

/** Registered ISOs and the digests of artifacts, remembered by the identity of the ISO. */
export interface InstallerStore {
  installers(): Promise<readonly RegisteredInstaller[]>
  /** Failure `installer.name-taken` when another ISO has that name. */
  addInstaller(installer: RegisteredInstaller): Promise<void>
  /** False when there was none of that name. */
  removeInstaller(name: string): Promise<boolean>
  /** Hex SHA-256 of the bytes a digest key names (identity of the ISO and path inside), if it was remembered. */
  digest(key: string): Promise<string | undefined>
  rememberDigest(key: string, sha256: string): Promise<void>
}
