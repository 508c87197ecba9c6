import { createDiskBlobs } from '../adapters/blobs-disk/disk-blobs.ts'
import { decodeUserData, type UserDataDocument } from '../codec/user-data/user-data.ts'
import type { ArtifactRole } from '../domain/artifact.ts'
import { Failure } from '../domain/failure.ts'
import type { Installer } from '../domain/installer.ts'
import { architectureProblem } from '../domain/machine-rules.ts'
import { memoryFloorMiB } from '../domain/memory-floor.ts'
import type { UserDataSummary } from '../domain/user-data.ts'
import type { RandomAccess } from '../ports/blob-source.ts'
import { inspectInstaller } from '../services/inspect-installer/inspect-installer.ts'
import { readUserData } from './user-data.ts'

/** The two inputs of the job, read and checked. */
export interface Inputs extends AsyncDisposable {
  readonly blob: RandomAccess
  readonly installer: Installer
  readonly userData: UserDataSummary & { readonly document: UserDataDocument }
  /** Sentences about either input that a person should see. */
  readonly warnings: readonly string[]
}

/** Failure with exit code 2 naming file, line and what would be right, before anything is begun. */
export async function loadInputs(
  options: {
    readonly isoPath: string
    readonly userDataPath: string
    readonly paths?: Readonly<Record<ArtifactRole, string>>
    /** Of the machines that are to be made; absent where none are. */
    readonly memoryMiB?: number
  },
  signal: AbortSignal,
): Promise<Inputs> {
  const userData = await loadUserData(options.userDataPath)
  await using parts = new AsyncDisposableStack()
  const blob = parts.use(await createDiskBlobs().open(options.isoPath))
  const installer = await inspectInstaller(blob, options.paths ? { paths: options.paths } : {}, signal)
  if (options.memoryMiB !== undefined) {
    requireArchitecture(installer, options.isoPath)
    requireMemory(installer, options.memoryMiB)
  }
  const kept = parts.move()
  return {
    blob,
    installer,
    userData,
    warnings: [...installer.warnings.map((text) => `${options.isoPath}: ${text}`), ...userData.warnings],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function loadUserData(path: string) {
  const text = await readUserData(path)
  const { document, findings, summary } = decodeUserData(text)
  const lines = findings.map(
    ({ line, column, rule, message, fix }) =>
      `${path}:${line}:${column} ${message} (${rule})${fix ? `; ${fix}` : ''}`,
  )
  const errors = lines.filter((_, index) => findings[index]?.severity === 'error')
  if (errors.length > 0 || !document || !summary) throw new Failure('user-data.invalid', errors.join('\n  '))
  return { ...summary, document, warnings: lines }
}

function requireArchitecture({ architecture }: Installer, isoPath: string): void {
  const problem = architectureProblem(architecture)
  if (!problem) return
  throw new Failure(
    'machine.wrong-architecture',
    `${isoPath} ${problem}; give the one for x86_64, or hand this one to arm64 machines of your own with edgeboot serve`,
  )
}

function requireMemory(installer: Installer, memoryMiB: number): void {
  const size = (role: ArtifactRole): number =>
    installer.artifacts.find((artifact) => artifact.role === role)?.sizeBytes ?? 0
  const floor = memoryFloorMiB({ initrdBytes: size('initrd'), rootfsBytes: size('rootfs') })
  if (memoryMiB >= floor) return
  throw new Failure(
    'machine.too-little-memory',
    `--memory ${memoryMiB}MiB is too little: this installer keeps its root file system of ` +
      `${Math.ceil(size('rootfs') / 1024 / 1024)} MiB in memory and needs at least ${floor}MiB`,
  )
}
