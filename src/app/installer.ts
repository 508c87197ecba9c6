import { basename } from 'node:path'
import { createDigester } from '../adapters/blobs-disk/digester.ts'
import { createDiskBlobs } from '../adapters/blobs-disk/disk-blobs.ts'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import type { ArtifactRole } from '../domain/artifact.ts'
import { Failure } from '../domain/failure.ts'
import type { Artifact, Installer } from '../domain/installer.ts'
import type { RegisteredInstaller } from '../ports/installer-store.ts'
import { inspectInstaller } from '../services/inspect-installer/inspect-installer.ts'
import { verifyIsoDigest } from '../services/verify-iso-digest.ts'
import { openStore } from './open-store.ts'

export type IsoPaths = Readonly<Record<ArtifactRole, string>>

/** An inspected ISO as it is shown; digests where they were asked for. */
export interface InspectedInstaller extends Omit<Installer, 'artifacts'> {
  readonly path: string
  readonly sizeBytes: number
  readonly artifacts: readonly (Artifact & { readonly sha256?: string })[]
}

export async function inspectIso(
  path: string,
  options: { readonly paths?: IsoPaths; readonly digest: boolean },
  signal: AbortSignal,
): Promise<InspectedInstaller> {
  await using blob = await createDiskBlobs().open(path)
  const installer = await inspectInstaller(blob, options.paths ? { paths: options.paths } : {}, signal)
  await using digester = createDigester()
  const artifacts: (Artifact & { readonly sha256?: string })[] = []
  for (const artifact of installer.artifacts) {
    const sha256 = options.digest ? await digester.sha256(blob.identity, artifact.extents, signal) : undefined
    artifacts.push({ ...artifact, ...(sha256 ? { sha256 } : {}) })
  }
  return { path: blob.identity.path, sizeBytes: blob.identity.sizeBytes, ...installer, artifacts }
}

/** Registers an ISO after it was inspected and, where a checksum file lies beside it, verified. */
export async function addInstaller(
  path: string,
  options: { readonly name?: string; readonly paths?: IsoPaths; readonly dataDirectory: string },
  signal: AbortSignal,
): Promise<RegisteredInstaller> {
  const name = options.name ?? basename(path).replace(/\.iso$/i, '')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) {
    throw new Failure(
      'usage.invalid',
      `${JSON.stringify(name.slice(0, 80))} cannot be an installer's name; choose one with --name (letters, digits, . _ -)`,
    )
  }
  await using blob = await createDiskBlobs().open(path)
  await inspectInstaller(blob, options.paths ? { paths: options.paths } : {}, signal)
  await using digester = createDigester()
  const sha256 = await verifyIsoDigest(blob.identity, { digester, files: createTextFiles() }, signal)
  const installer: RegisteredInstaller = {
    name,
    identity: blob.identity,
    ...(options.paths ? { paths: options.paths } : {}),
    ...(sha256 ? { sha256 } : {}),
    addedAt: createSystemClock().now(),
  }
  await using store = await openRegister(options.dataDirectory, `installer add ${name}`)
  await store.addInstaller(installer)
  return installer
}

/** Empty where there is no data directory yet. */
export async function listInstallers(dataDirectory: string): Promise<readonly RegisteredInstaller[]> {
  await using store = await openRegister(dataDirectory, 'installer list')
  return await store.installers()
}

/** Forgets the registration; the ISO stays. Failure `installer.not-found`. */
export async function removeInstaller(dataDirectory: string, name: string): Promise<void> {
  await using store = await openRegister(dataDirectory, `installer remove ${name}`)
  if (await store.removeInstaller(name)) return
  throw new Failure('installer.not-found', `there is no installer ${name}; edgeboot installer list shows all`)
}

async function openRegister(path: string, purpose: string) {
  const log = createPinoLog({ level: 'warn', destination: 'stderr' })
  const place = await openStore({ dataDirectory: path, purpose, access: 'own', log })
  return { ...place.store, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
}
