import type { ArtifactRole } from './artifact.ts'

/** A run of bytes inside an ISO. Offsets and lengths are bytes from the start of the image. */
export interface Extent {
  readonly offsetBytes: number
  readonly lengthBytes: number
}

/** One file of an installer, as byte ranges of the ISO; several extents when it is larger than 4 GiB. */
export interface Artifact {
  readonly role: ArtifactRole
  readonly path: string
  readonly sizeBytes: number
  readonly extents: readonly Extent[]
}

export type Architecture = 'x86_64' | 'arm64' | 'unknown'
export type InstallerFamily = 'kairos' | 'unknown'

/** What an installer ISO turned out to be. `warnings` are sentences for people. */
export interface Installer {
  readonly family: InstallerFamily
  readonly volumeLabel: string
  readonly architecture: Architecture
  readonly artifacts: readonly Artifact[]
  /** Whether the kernel carries a signature for Secure Boot, whoever's; absent where it is no EFI file. */
  readonly kernelSigned?: boolean
  /** Built-in files that a netboot does not carry along (user-data, bundles, keys), with their sizes. */
  readonly builtInFiles: readonly { readonly path: string; readonly sizeBytes: number }[]
  /** Kernel arguments of the ISO's own default boot entry, without root= and CDLABEL. */
  readonly kernelArguments: readonly string[]
  readonly warnings: readonly string[]
}
