import type { ArtifactRole } from '../../domain/artifact.ts'
import { formatDuration } from '../../domain/duration.ts'
import type { HostEvent } from '../../domain/event.ts'
import type { Life } from '../../domain/life.ts'
import { printable } from '../../domain/printable.ts'
import { formatBytes } from '../../domain/size.ts'
import type { ShownDiagnosis } from './board-entry.ts'

/**
 * Where a host stands, in one line: phase, and while something is downloaded bytes, rate and time left; `isBrief` leaves out
 * of how many.
 */
export function describeLife(life: Life, now: number, isBrief = false): string {
  const role = life.phase as ArtifactRole
  const transfer = life.transfers[role]
  if (transfer && !transfer.finishedAt) {
    const { bytes, total, rate } = transfer
    const left = rate > 0 ? `, ${formatDuration(((total - bytes) / rate) * 1000)} left` : ''
    const of = isBrief ? '' : ` of ${formatBytes(total)}`
    return `${life.phase} ${percent(bytes, total)}${of}, ${formatBytes(rate)}/s${left}`
  }
  if (transfer?.finishedAt) return `${life.phase} sent ${formatDuration(now - transfer.finishedAt)} ago`
  if (life.phase === 'failed') return printable(`failed: ${life.failure?.reason ?? 'no reason known'}`)
  if (life.phase === 'ready') return 'ready'
  const stage = life.phase === 'installing' && life.stage ? ` (${life.stage})` : ''
  return `${life.phase}${stage} for ${formatDuration(now - life.since)}`
}

/** Why a host does not get on, in one line. */
export function describeDiagnosis({ phase }: Pick<Life, 'phase'>, diagnosis: ShownDiagnosis): string {
  const { rule, seen, cause, check } = diagnosis
  const advice = check[0] === undefined ? '' : `; check: ${check[0]}`
  const what = phase === 'failed' ? 'failed' : `stuck in ${phase}`
  return printable(`${what} (${rule}): ${seen}; likely: ${cause}${advice}`)
}

/** What a host waits for, as a sentence about it. */
export function describeWaiting(waitsFor: string): string {
  return waitsFor.startsWith('wait') ? waitsFor : `waits for ${waitsFor}`
}

/** An event as a plain line, or nothing for those that are no news by themselves. */
export function describeEvent(event: HostEvent, life: Life): string | undefined {
  const line = newsOf(event, life)
  return line === undefined ? undefined : printable(line)
}

function newsOf(event: HostEvent, life: Life): string | undefined {
  switch (event.type) {
    case 'phase.changed':
      return event.data.to === 'failed' ? undefined : event.data.to
    case 'machine.created':
      return event.data.mac ? `${event.data.driver} made its machine, MAC ${event.data.mac}` : undefined
    case 'artifact.finished':
      return `${event.data.role} sent: ${formatBytes(event.data.bytes)}, ${formatBytes(event.data.rate ?? 0)}/s`
    case 'artifact.aborted':
      return `${event.data.role} broke off at ${percent(event.data.bytes, event.data.total)}: ${event.data.reason}`
    case 'host.stage':
      return `reports ${event.data.stage}`
    case 'host.stalled':
      return `stalled in ${event.data.phase} for ${formatDuration(event.data.forMs)}: ${event.data.diagnosis}`
    case 'host.failed':
      return `failed: ${event.data.reason}`
    case 'machine.power':
      if (life.phase === 'failed' && life.failure) return `failed: ${life.failure.reason}`
      if (event.data.cause === 'reset') return 'machine reset, to begin anew'
      // What a machine was before we touched it is no news.
      return event.data.state === 'off' && event.data.cause !== 'unknown'
        ? `machine off (${event.data.cause})`
        : undefined
    case 'console.screenshot':
      return `screenshot ${event.data.path} (${event.data.why})`
    case 'config.refused':
      return `refused its configuration: ${event.data.detail}`
    case 'dhcp.seen':
      return event.data.action === 'answered'
        ? `asked for a boot file (${event.data.client}), led to ${event.data.file ?? 'its script'}`
        : `asked for a boot file and got no answer: ${event.data.reason}`
    case 'tftp.sent':
    case 'http.sent': {
      const by = event.type === 'tftp.sent' ? 'by TFTP' : 'over HTTP'
      return `${event.data.file} sent ${by}: ${formatBytes(event.data.bytes)}`
    }
    case 'script.served':
      return event.data.action === 'install' ? undefined : `asked for a script, told: ${event.data.action}`
    case 'host.reinstall':
      return `is to be installed once more (${event.data.by})`
    case 'host.retried':
      return 'gets another try'
    case 'host.armed':
      return `may fetch the installer until ${new Date(event.data.until).toISOString()} (${event.data.by})`
    case 'host.approved':
      return `may be installed (${event.data.by})`
    case 'probe.result':
      return event.data.ok ? `${event.data.probe} answered: ${event.data.detail}` : undefined
    default:
      return undefined
  }
}

function percent(bytes: number, total: number): string {
  return `${total > 0 ? Math.floor((100 * bytes) / total) : 0} %`
}
