import { createDiskBlobs } from '../../adapters/blobs-disk/disk-blobs.ts'
import type { ArtifactRole } from '../../domain/artifact.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { judgeHostMemory } from '../../domain/doctor/resources.ts'
import { isFailure } from '../../domain/failure.ts'
import type { Installer } from '../../domain/installer.ts'
import { memoryFloorMiB } from '../../domain/memory-floor.ts'
import { formatBytes } from '../../domain/size.ts'
import { identityKey } from '../../ports/blob-source.ts'
import { inspectInstaller } from '../../services/inspect-installer/inspect-installer.ts'
import type { PlannedInstaller } from './plans.ts'

/** Of one ISO, which may lie on a network drive that is gone. Milliseconds. */
const LIMIT_MS = 20_000
/** As many as one examination has the time for. */
const MAX_ISOS = 100

/** Opens every ISO and looks into it; says which hosts have too little memory for it. */
export async function* examineInstallers(
  installers: readonly PlannedInstaller[],
  signal: AbortSignal,
): AsyncIterable<Finding> {
  for (const installer of installers.slice(0, MAX_ISOS)) yield* examineInstaller(installer, signal)
  if (installers.length > MAX_ISOS) {
    const detail = `${installers.length - MAX_ISOS} of ${installers.length} ISOs were not looked into`
    yield {
      name: 'installers',
      verdict: 'warning',
      detail,
      remedy: 'edgeboot installer inspect looks into one',
    }
  }
}

async function* examineInstaller(planned: PlannedInstaller, signal: AbortSignal): AsyncIterable<Finding> {
  const { isoPath, paths, hosts } = planned
  const name = `installer ${planned.name}`
  const late = AbortSignal.timeout(LIMIT_MS)
  try {
    await using blob = await createDiskBlobs().open(isoPath)
    const within = AbortSignal.any([signal, late])
    const installer = await inspectInstaller(blob, paths ? { paths } : {}, within)
    yield { name, verdict: 'good', detail: `${describe(installer)}; ${isoPath}` }
    if (planned.identity !== undefined && identityKey(blob.identity) !== planned.identity) {
      yield {
        ...{ name, verdict: 'warning', detail: `${isoPath} has changed since ${planned.since}` },
        remedy: 'put the original file back, or register and apply it again',
      }
    }
    for (const warning of installer.warnings) yield split(name, warning)
    const floorMiB = memoryFloorMiB({
      initrdBytes: sizeOf(installer, 'initrd'),
      rootfsBytes: sizeOf(installer, 'rootfs'),
    })
    yield judgeHostMemory({ installer: planned.name, floorMiB, hosts })
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted)
      yield { name, verdict: 'bad', detail: `${isoPath} could not be read within ${LIMIT_MS / 1000} s` }
    else if (isFailure(error)) yield { name, verdict: 'bad', detail: error.message }
    else throw error
  }
}

function describe(installer: Installer): string {
  const sizes = installer.artifacts.map(({ role, sizeBytes }) => `${role} ${formatBytes(sizeBytes)}`)
  return `${installer.family}, ${installer.architecture}, ${sizes.join(', ')}`
}

function sizeOf({ artifacts }: Installer, role: ArtifactRole): number {
  return artifacts.find((artifact) => artifact.role === role)?.sizeBytes ?? 0
}

/** What to do is behind the semicolon. */
function split(name: string, warning: string): Finding {
  const [detail = '', ...remedy] = warning.split('; ')
  return { name, verdict: 'warning', detail, ...(remedy.length > 0 ? { remedy: remedy.join('; ') } : {}) }
}
