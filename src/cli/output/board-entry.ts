import { ARTIFACT_ROLES } from '../../domain/artifact.ts'
import type { Life, Transfer } from '../../domain/life.ts'

/** Why a host does not get on, as the board shows it. */
export interface ShownDiagnosis {
  readonly rule: string
  readonly seen: string
  readonly cause: string
  readonly check: readonly string[]
}

/** One host as the board shows it. All texts are harmless on a terminal. */
export interface BoardEntry {
  readonly name: string
  readonly life: Life
  /** A sentence about what keeps it. */
  readonly waitsFor?: string | undefined
  readonly diagnosis?: ShownDiagnosis | undefined
  /** The last piece of news, until something newer replaces it. */
  readonly news?: string | undefined
}

/** Beyond that long without a word of it, what was told of a download is no longer so. Milliseconds. */
const STALE_MS = { whileOthersMove: 20_000, atAll: 120_000 }

/** When anything was heard of any host; the clock of the server may differ from ours. */
export function newestWord(entries: readonly BoardEntry[]): number {
  return entries.reduce((newest, { life }) => Math.max(newest, life.lastSeen), 0)
}

/** The download a host is in the middle of; `newest`: when anything was heard of any host. */
export function runningTransfer(
  { phase, transfers, lastSeen }: Life,
  newest: number,
  now: number,
): Transfer | undefined {
  const role = ARTIFACT_ROLES.find((candidate) => candidate === phase)
  const transfer = role && transfers[role]
  if (!transfer || transfer.finishedAt !== undefined) return undefined
  const isStale = newest - lastSeen > STALE_MS.whileOthersMove || now - lastSeen > STALE_MS.atAll
  return isStale ? undefined : transfer
}

/** True for a host that was begun and has not come to an end. */
export function isMoving({ life: { phase } }: BoardEntry): boolean {
  return phase !== 'defined' && phase !== 'ready' && phase !== 'failed'
}

/** True for a host that failed, or of which is known that it does not get on. */
export function isInTrouble({ life, diagnosis }: BoardEntry): boolean {
  return life.phase === 'failed' || (diagnosis !== undefined && life.phase !== 'ready')
}
