import { ARTIFACT_ROLES, type ArtifactRole } from '../../domain/artifact.ts'
import type { Life } from '../../domain/life.ts'
import { PHASES } from '../../domain/phase.ts'
import { formatBytes } from '../../domain/size.ts'
import { describeLife } from './host-line.ts'

/** One host as the board shows it; `news` stays below its line until something newer replaces it. */
export interface BoardEntry {
  readonly name: string
  readonly life: Life
  readonly news?: string
}

/** Characters of a progress bar. */
const BAR_WIDTH = 16

/**
 * The state of all hosts as lines that fit into a terminal of that size: one per host, those that need a look first
 * when there are more hosts than lines, and a last line that sums up.
 */
export function renderHostBoard(
  entries: readonly BoardEntry[],
  now: number,
  size: { readonly columns: number; readonly rows: number },
): string {
  const nameWidth = Math.min(32, Math.max(4, ...entries.map(({ name }) => name.length)))
  const room = Math.max(1, size.rows - 2)
  const blocks = entries.map((entry) => ({ entry, lines: linesOf(entry, now, nameWidth) }))
  const shown = chooseForRoom(blocks, room)
  const hidden = entries.length - shown.length
  return [
    ...shown.flatMap(({ lines }) => lines),
    `${hidden > 0 ? `… and ${hidden} more. ` : ''}${sumUp(entries.map(({ life }) => life))}`,
  ]
    .map((line) => cut(line, size.columns))
    .join('\n')
}

interface Block {
  readonly entry: BoardEntry
  readonly lines: readonly string[]
}

/** As many hosts as fit, in their own order; failed and stalled ones stay before those that do well or are done. */
function chooseForRoom(blocks: readonly Block[], room: number): readonly Block[] {
  if (blocks.reduce((sum, { lines }) => sum + lines.length, 0) <= room) return blocks
  const chosen = new Set<Block>()
  let left = room
  for (const block of blocks.toSorted((a, b) => urgency(a.entry) - urgency(b.entry))) {
    if (block.lines.length > left) continue
    left -= block.lines.length
    chosen.add(block)
  }
  return blocks.filter((block) => chosen.has(block))
}

function urgency({ life, news }: BoardEntry): number {
  if (life.phase === 'failed') return 0
  if (news !== undefined) return 1
  if (life.phase === 'ready') return 4
  return life.phase === 'defined' ? 3 : 2
}

function linesOf({ name, life, news }: BoardEntry, now: number, nameWidth: number): readonly string[] {
  const line = `${mark(life)} ${name.padEnd(nameWidth)}  ${bar(life)}${describeLife(life, now)}`
  return news === undefined || life.phase === 'ready' ? [line] : [line, `    ${news}`]
}

function mark({ phase }: Life): string {
  if (phase === 'ready') return '✔'
  if (phase === 'failed') return '✘'
  return phase === 'defined' ? '·' : '▸'
}

function bar(life: Life): string {
  const transfer = life.transfers[life.phase as ArtifactRole]
  if (!transfer || transfer.finishedAt || transfer.total === 0) return ''
  const full = Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * transfer.bytes) / transfer.total))
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} `
}

/** `3 hosts: 1 rootfs, 2 ready; 41.2 MiB/s`. */
function sumUp(lives: readonly Life[]): string {
  const counts = PHASES.map((phase) => ({
    phase,
    count: lives.filter((life) => life.phase === phase).length,
  })).filter(({ count }) => count > 0)
  const rate = lives.reduce((sum, life) => sum + rateOf(life), 0)
  const phases = counts.map(({ phase, count }) => `${count} ${phase}`).join(', ')
  return `${lives.length} ${lives.length === 1 ? 'host' : 'hosts'}: ${phases}${rate > 0 ? `; ${formatBytes(rate)}/s` : ''}`
}

function rateOf({ transfers, phase }: Life): number {
  const role = ARTIFACT_ROLES.find((candidate) => candidate === phase)
  const transfer = role && transfers[role]
  return transfer && !transfer.finishedAt ? transfer.rate : 0
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(1, columns - 1))}…`
}
