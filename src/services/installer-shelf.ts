import type { DesiredInstaller } from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import type { Installer } from '../domain/installer.ts'
import type { BlobSource, RandomAccess } from '../ports/blob-source.ts'
import { inspectInstaller } from './inspect-installer/inspect-installer.ts'
import {
  createServedInstaller,
  learnDigestsInBackground,
  type ServedInstaller,
  type ServedInstallerDependencies,
} from './served-installer.ts'

/** An ISO that was looked into. */
export interface InspectedIso {
  readonly isoPath: string
  readonly sizeBytes: number
  readonly installer: Installer
}

/** An ISO that is open and was looked into. */
export interface ShelvedInstaller extends InspectedIso {
  readonly name: string
  readonly served: ServedInstaller
}

/** The ISOs hosts are installed from, by name. Disposing closes them all. */
export interface InstallerShelf extends AsyncDisposable {
  /**
   * Opens the ISO, looks into it and compares its digest if one was stated. What stands there already is kept if it is
   * the same file. Failures of reading an ISO, `installer.digest-mismatch`.
   */
  put(wanted: DesiredInstaller, signal: AbortSignal): Promise<ShelvedInstaller>
  /** Looks into an ISO without keeping it open. Failures of reading an ISO. */
  inspect(wanted: Pick<DesiredInstaller, 'isoPath' | 'paths'>, signal: AbortSignal): Promise<InspectedIso>
  get(name: string): ShelvedInstaller | undefined
  all(): readonly ShelvedInstaller[]
}

export type InstallerShelfDependencies = Omit<ServedInstallerDependencies, 'blob'> & {
  readonly blobs: BlobSource
}

interface Shelved extends ShelvedInstaller {
  readonly blob: RandomAccess
  readonly wish: string
  readonly stopLearning: () => Promise<void>
}

export function createInstallerShelf(dependencies: InstallerShelfDependencies): InstallerShelf {
  const { blobs, digester, digests, log } = dependencies
  const shelf = new Map<string, Shelved>()

  async function close({ blob, stopLearning }: Shelved): Promise<void> {
    await stopLearning()
    await blob[Symbol.asyncDispose]()
  }

  async function open(wanted: DesiredInstaller, wish: string, signal: AbortSignal): Promise<Shelved> {
    await using parts = new AsyncDisposableStack()
    const blob = parts.use(await blobs.open(wanted.isoPath))
    const installer = await inspectInstaller(blob, wanted.paths ? { paths: wanted.paths } : {}, signal)
    if (wanted.sha256) await requireDigest(blob, wanted.sha256, signal)
    const served = createServedInstaller(installer, { blob, digester, digests, log })
    parts.move()
    const end = new AbortController()
    const learning = learnDigestsInBackground(served, log, end.signal)
    const stopLearning = async (): Promise<void> => {
      end.abort(new Error('the installer is put away'))
      await learning
    }
    const { path: isoPath, sizeBytes } = blob.identity
    return { name: wanted.name, isoPath, sizeBytes, installer, served, blob, wish, stopLearning }
  }

  async function requireDigest(blob: RandomAccess, stated: string, signal: AbortSignal): Promise<void> {
    const { identity } = blob
    const whole = { offsetBytes: 0, lengthBytes: identity.sizeBytes }
    const key = `${identity.inode}|${identity.sizeBytes}|${identity.modifiedNs}|whole`
    const remembered = await digests.digest(key)
    const found = remembered ?? (await digester.sha256(identity, [whole], signal))
    if (!remembered) await digests.rememberDigest(key, found)
    if (found === stated) return
    throw new Failure(
      'installer.digest-mismatch',
      `${identity.path} is not the ISO that was asked for: its SHA-256 is ${found}, stated is ${stated}; copy it again`,
    )
  }

  return {
    put: async (wanted, signal) => {
      const wish = JSON.stringify([wanted.isoPath, wanted.sha256, wanted.paths])
      const before = shelf.get(wanted.name)
      if (before?.wish === wish && (await isUnchanged(before.blob))) return before
      const opened = await open(wanted, wish, signal)
      shelf.set(wanted.name, opened)
      if (before) await close(before)
      return opened
    },
    inspect: async ({ isoPath, paths }, signal) => {
      await using blob = await blobs.open(isoPath)
      const installer = await inspectInstaller(blob, paths ? { paths } : {}, signal)
      return { isoPath: blob.identity.path, sizeBytes: blob.identity.sizeBytes, installer }
    },
    get: (name) => shelf.get(name),
    all: () => [...shelf.values()],
    [Symbol.asyncDispose]: async () => {
      const all = [...shelf.values()]
      shelf.clear()
      await Promise.all(all.map(close))
    },
  }
}

async function isUnchanged(blob: RandomAccess): Promise<boolean> {
  try {
    await blob.verify()
    return true
  } catch {
    return false
  }
}
