import type { ArtifactRole } from '../../domain/artifact.ts'
import type { Installer } from '../../domain/installer.ts'
import type { IsoFile, IsoUpload } from '../iso-folders.ts'

/** A registered ISO. */
export interface InstallerView {
  readonly name: string
  readonly isoPath: string
  readonly sizeBytes: number
  readonly family: string
  readonly sha256?: string | undefined
  /** Epoch milliseconds. */
  readonly addedAt?: number | undefined
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/** What is inside an ISO. */
export interface InstallerContents extends Omit<Installer, 'artifacts'> {
  readonly isoPath: string
  readonly sizeBytes: number
  readonly artifacts: readonly {
    readonly role: ArtifactRole
    readonly path: string
    readonly sizeBytes: number
    /** As soon as it is known. */
    readonly sha256?: string | undefined
  }[]
}

/** ISO files on this machine, in the folders where they are looked for. */
export interface IsoListing {
  readonly folders: readonly string[]
  readonly items: readonly (IsoFile & {
    /** The name under which it is registered. */
    readonly installer?: string | undefined
  })[]
}

/** Failures of reading an ISO, `installer.not-found`, `installer.name-taken`, `installer.in-use`. */
export interface InstallerDesk {
  installers(): Promise<readonly InstallerView[]>
  /** `isoPath` is a path on this machine. */
  addInstaller(
    given: { readonly name: string; readonly isoPath: string; readonly sha256?: string | undefined },
    actor: string,
  ): Promise<InstallerView>
  removeInstaller(name: string, actor: string): Promise<void>
  installerContents(name: string): Promise<InstallerContents>
  /** The same for an ISO that is not registered. */
  inspectIso(isoPath: string): Promise<InstallerContents>
  isos(): Promise<IsoListing>
  /** Takes an ISO that is sent. Failures of `IsoReceiver`, `request.too-large`, `server.busy` with two under way. */
  uploadIso(upload: IsoUpload, actor: string): Promise<IsoListing['items'][number]>
}
