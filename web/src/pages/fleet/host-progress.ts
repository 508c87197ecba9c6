import type { HostView } from '../../../../src/contract/hosts.ts'
import { ARTIFACT_ROLES } from '../../../../src/domain/artifact.ts'
import { PHASES, type Phase } from '../../../../src/domain/phase.ts'

type Transfer = NonNullable<HostView['transfers']['rootfs']>

/** A download that has not been heard of for so long does not flow any more. Milliseconds. */
const SILENCE_MS = 15_000

/** Steps from `defined` to `ready`. */
export const STEPS = PHASES.indexOf('ready')

/** The download a host is in the middle of. */
export function downloadOf({ phase, transfers }: HostView): Transfer | undefined {
  const role = ARTIFACT_ROLES.find((role) => role === phase)
  const transfer = role && transfers[role]
  return transfer && transfer.finishedAt === undefined && transfer.total > 0 ? transfer : undefined
}

/** Bytes per second that flow to the host now; nothing for one that has fallen silent. */
export function rateOf(host: HostView, now: number): number {
  return now - host.lastSeen > SILENCE_MS ? 0 : (downloadOf(host)?.rate ?? 0)
}

/** Until the download is over at the rate it had so far, in milliseconds. */
export function timeLeftOf(host: HostView, now: number): number | undefined {
  const download = downloadOf(host)
  const rate = rateOf(host, now)
  if (!download || rate <= 0) return undefined
  return (Math.max(0, download.total - download.bytes) / rate) * 1000
}

/** Share of the download that is there, from 0 to 1. */
export function shareOf({ bytes, total }: Pick<Transfer, 'bytes' | 'total'>): number {
  return total > 0 ? Math.min(1, Math.max(0, bytes / total)) : 0
}

/** How many phases of its life are behind the host; a failed one stays where it failed. */
export function stepOf({ phase, failure }: Pick<HostView, 'phase' | 'failure'>): number {
  const reached: Phase = phase === 'failed' ? (failure?.phase ?? 'defined') : phase
  return Math.min(STEPS, PHASES.indexOf(reached))
}

/** The phases behind it and the share of the download it is in, from 0 to 1: what can be sorted by. */
export function progressOf(host: HostView): number {
  const download = downloadOf(host)
  return (stepOf(host) + (download ? shareOf(download) : 0)) / STEPS
}

/** Begun, and not through. */
export function isMoving({ phase }: Pick<HostView, 'phase'>): boolean {
  return phase !== 'defined' && phase !== 'ready' && phase !== 'failed'
}

/** Nothing was heard of it for longer than usual. Failed hosts are not stuck: they are over. */
export function isStuck({ diagnosis, phase }: Pick<HostView, 'diagnosis' | 'phase'>): boolean {
  return diagnosis !== undefined && phase !== 'failed'
}

interface Remark {
  readonly kind: 'failure' | 'diagnosis' | 'waits' | 'stage'
  readonly text: string
  /** The section of the troubleshooting guide. */
  readonly rule?: string
}

/** The most important thing there is to say of the host, in a line. */
export function remarkOf({ failure, diagnosis, waitsFor, stage, phase }: HostView): Remark | undefined {
  if (failure) return { kind: 'failure', text: `failed in ${failure.phase}: ${failure.reason}` }
  if (diagnosis) return { kind: 'diagnosis', text: diagnosis.cause, rule: diagnosis.rule }
  if (waitsFor) return { kind: 'waits', text: `waits for ${waitsFor}` }
  return stage && phase !== 'ready' ? { kind: 'stage', text: `stage ${stage}` } : undefined
}
