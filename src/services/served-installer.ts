import type { ArtifactRole } from '../domain/artifact.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import type { Artifact, Installer } from '../domain/installer.ts'
import { identityKey, type RandomAccess } from '../ports/blob-source.ts'
import type { ServedArtifact } from '../ports/boot-desk.ts'
import type { Digester } from '../ports/digester.ts'
import type { InstallerStore } from '../ports/installer-store.ts'
import type { Log } from '../ports/log.ts'

/** An installer ready to be served: its artifacts with entity tags, and digests as soon as they are known. */
export interface ServedInstaller {
  /** The same exactly when the ISO is the same file, unchanged. */
  readonly key: string
  artifact(role: ArtifactRole): Omit<ServedArtifact, 'observe'>
  /** Finds remembered digests and computes the missing ones; resolves when all are known. Failure `blob.changed`. */
  learnDigests(signal: AbortSignal): Promise<void>
}

export interface ServedInstallerDependencies {
  readonly blob: RandomAccess
  readonly digester: Digester
  readonly digests: Pick<InstallerStore, 'digest' | 'rememberDigest'>
  readonly log: Log
}

/** Available at once; nothing is read before it is asked for. */
export function createServedInstaller(
  installer: Installer,
  { blob, digester, digests, log }: ServedInstallerDependencies,
): ServedInstaller {
  const known = new Map<ArtifactRole, string>()
  const artifacts = new Map(installer.artifacts.map((artifact) => [artifact.role, artifact]))
  const { inode, sizeBytes, modifiedNs } = blob.identity

  function require(role: ArtifactRole): Artifact {
    const artifact = artifacts.get(role)
    if (!artifact) throw new Failure('installer.invalid-artifact', `the installer has no ${role}`)
    return artifact
  }

  async function learn({ role, path, extents }: Artifact, signal: AbortSignal): Promise<void> {
    const key = `${identityKey(blob.identity)}|${path}`
    const remembered = await digests.digest(key)
    const sha256 = remembered ?? (await digester.sha256(blob.identity, extents, signal))
    known.set(role, sha256)
    if (!remembered) await digests.rememberDigest(key, sha256)
    log.debug({ role, sha256 }, 'digest known')
  }

  return {
    key: identityKey(blob.identity),
    artifact: (role) => {
      const { sizeBytes: size, extents } = require(role)
      const first = extents[0]?.offsetBytes ?? 0
      const entityTag = `${inode.replace(':', '-')}-${sizeBytes}-${modifiedNs}-${first}-${size}`
      return { role, sizeBytes: size, extents, blob, entityTag, sha256: () => known.get(role) }
    },
    learnDigests: async (signal) => {
      for (const artifact of installer.artifacts) await learn(artifact, signal)
    },
  }
}

/** Digests are a service, not a need: whatever goes wrong is said in the log and the serving goes on. */
export async function learnDigestsInBackground(
  served: ServedInstaller,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  try {
    await served.learnDigests(signal)
  } catch (error) {
    if (signal.aborted) return
    const changed = isFailure(error, 'blob.changed')
    log.warn(
      { err: error },
      changed ? 'the ISO changed while its digests were computed' : 'digests cannot be computed',
    )
  }
}
