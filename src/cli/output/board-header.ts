import { ARTIFACT_ROLES } from '../../domain/artifact.ts'
import { formatDuration } from '../../domain/duration.ts'
import type { Life } from '../../domain/life.ts'
import { isBefore, PHASES } from '../../domain/phase.ts'
import { formatBytes } from '../../domain/size.ts'
import { type BoardEntry, isInTrouble, newestWord, runningTransfer } from './board-entry.ts'
import { wrapWords } from './fit-text.ts'

const MAX_PHASE_LINES = 2
const NO_BREAK = '\u00a0'

/**
 * How all hosts stand: how many, how many of them stuck, in which phases, what is sent in all and how long the downloads
 * will take at that rate. One line, or up to three where they do not fit into one.
 */
export function renderHeader(
  entries: readonly BoardEntry[],
  now: number,
  columns: number,
): readonly string[] {
  const stuck = entries.filter((entry) => isInTrouble(entry) && entry.life.phase !== 'failed').length
  const hosts = `${entries.length} ${entries.length === 1 ? 'host' : 'hosts'}${stuck > 0 ? `, ${stuck} stuck` : ''}`
  const phases = countPhases(entries.map(({ life }) => life))
  const rate = describeRate(entries, now)
  const line = `${hosts}: ${phases}${rate === '' ? '' : `; ${rate}`}`
  if (line.length <= columns) return [line]
  const first = rate === '' ? hosts : `${hosts}; ${rate}`
  // A count stays with its phase.
  const lines = wrapWords(phases.replaceAll(/(\d) /g, `$1${NO_BREAK}`), columns, MAX_PHASE_LINES)
  return [...wrapWords(first, columns, 1), ...lines.map((text) => text.replaceAll(NO_BREAK, ' '))]
}

/** `1 rootfs, 2 ready`, in the order of the phases. */
export function countPhases(lives: readonly Pick<Life, 'phase'>[]): string {
  const counts = new Map<string, number>()
  for (const { phase } of lives) counts.set(phase, (counts.get(phase) ?? 0) + 1)
  return PHASES.flatMap((phase) => {
    const count = counts.get(phase)
    return count === undefined ? [] : [`${count} ${phase}`]
  }).join(', ')
}

function describeRate(entries: readonly BoardEntry[], now: number): string {
  const newest = newestWord(entries)
  const rate = entries.reduce((sum, { life }) => sum + (runningTransfer(life, newest, now)?.rate ?? 0), 0)
  if (rate <= 0) return ''
  const left = bytesLeft(entries)
  return `${formatBytes(rate)}/s${left > 0 ? `, downloads end in ${formatDuration((left / rate) * 1000)}` : ''}`
}

/** What is still to be sent, to hosts on their way and to those that only wait for their turn. */
function bytesLeft(entries: readonly BoardEntry[]): number {
  const usual = Math.max(0, ...entries.map(({ life }) => sumOf(life, 'total')))
  return entries.reduce((sum, entry) => {
    const { life, waitsFor } = entry
    const waits = life.phase === 'defined' && waitsFor?.includes('a free place') !== true
    if (isInTrouble(entry) || waits || !isBefore(life.phase, 'config')) return sum
    if (life.transfers.rootfs?.finishedAt !== undefined) return sum
    return sum + Math.max(0, usual - sumOf(life, 'bytes'))
  }, 0)
}

function sumOf({ transfers }: Life, what: 'bytes' | 'total'): number {
  return ARTIFACT_ROLES.reduce((sum, role) => sum + (transfers[role]?.[what] ?? 0), 0)
}
