import { ARTIFACT_ROLES } from '../domain/artifact.ts'
import { parseReadyProbe } from '../domain/ready-probe.ts'
import type { HostSummary, UpSummary } from '../domain/summary.ts'
import type { Control } from './control-connection.ts'
import { loadInputs } from './load-inputs.ts'
import type { UpOptions } from './up-options.ts'
import { wishOf } from './up-wish.ts'

/**
 * Asks the server that runs on the data directory for what `up` would do itself: the hosts are added to its fleet.
 * Resolves to their names and what there is to say. Failures of reading the inputs, and those of the server.
 */
export async function applyThroughServer(
  options: UpOptions,
  control: Control,
  signal: AbortSignal,
): Promise<{ readonly names: readonly string[]; readonly notes: readonly string[] }> {
  await using inputs = await loadInputs(options, signal)
  const { localUiPort, document } = inputs.userData
  const wish = wishOf(options, document, parseReadyProbe(options.ready, localUiPort))
  const { unknownHosts, maxParallel } = await control.fleet()
  const { warnings } = await control.applyFleet({ ...wish, unknownHosts, maxParallel })
  return {
    names: wish.hosts.map(({ name }) => name),
    notes: [
      ...inputs.warnings,
      ...warnings.filter(
        (warning) => !inputs.warnings.some((had) => had.includes(warning.replace(/^user-data /, ''))),
      ),
      `the server on this data directory does the work, with its own address, port${options.driver === 'vsphere' ? ', vCenter' : ''} and iPXE`,
    ],
  }
}

/** How the hosts came through, as the server tells it. */
export async function summarizeThroughServer(
  names: readonly string[],
  control: Control,
  dataDirectory: string,
): Promise<UpSummary> {
  const now = Date.now()
  const hosts = await Promise.all(
    names.map(async (name): Promise<HostSummary> => {
      const host = await control.host(name)
      const { phase, history, driver, mac, uuid, address, failure, transfers } = host
      const isOver = phase === 'ready' || phase === 'failed'
      const end = isOver ? host.since : now
      const phases = history.map((step, index) => ({
        phase: step.phase,
        ms: Math.max(0, (history[index + 1]?.at ?? end) - step.at),
      }))
      return {
        name,
        result: phase === 'ready' || phase === 'failed' ? phase : 'unfinished',
        phase,
        ...(driver ? { driver } : {}),
        ...(mac ? { mac } : {}),
        ...(uuid ? { uuid } : {}),
        ...(address ? { address } : {}),
        phases: isOver ? phases.slice(0, -1) : phases,
        totalMs: Math.max(0, end - host.createdAt),
        bytes: ARTIFACT_ROLES.reduce((sum, role) => sum + (transfers[role]?.bytes ?? 0), 0),
        installs: host.installs,
        ...(failure ? { reason: failure.reason } : {}),
      }
    }),
  )
  return { hosts, dataDirectory }
}
