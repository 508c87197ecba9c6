import type { ArtifactRole } from '../../domain/artifact.ts'
import type { Life } from '../../domain/life.ts'
import { PHASES } from '../../domain/phase.ts'
import { type BoardEntry, isMoving } from './board-entry.ts'
import { cut } from './fit-text.ts'
import { describeLife } from './host-line.ts'

const MAX_NAME_WIDTH = 32
/** Characters of a progress bar, where there is one column of hosts and where there are several. */
const BAR_WIDTH = { one: 16, several: 8 }
/** From this width on a line has room for all that is said of a download. */
const WIDE_ENOUGH = 100
/** Room for what is said of a host beside its name, where there are several columns, and between them. */
const STATE_WIDTH = 52
const GAP = '  '

/**
 * Hosts without trouble, a line for each or, where that does not suffice, as many columns as fit. All in order of name
 * where there is room for all; otherwise those that move, some of each phase, and then those that wait. `rows` includes
 * the line that counts those that are left out, of which there are some already.
 */
export function renderHosts(
  entries: readonly BoardEntry[],
  now: number,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  hiddenAlready: readonly BoardEntry[],
): { readonly lines: readonly string[]; readonly hidden: readonly BoardEntry[] } {
  const nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(4, ...entries.map(({ name }) => name.length)))
  const fitting = Math.max(1, Math.floor((columns + GAP.length) / (nameWidth + STATE_WIDTH + GAP.length)))
  const isWhole = hiddenAlready.length === 0 && entries.length <= rows * fitting
  const perColumn = isWhole ? rows : Math.max(0, rows - 1)
  const chosen = isWhole
    ? entries.toSorted((a, b) => byText(a.name, b.name))
    : chooseMoving(entries, perColumn * fitting)
  const across = chosen.length <= perColumn ? 1 : fitting
  const width = Math.floor((columns + GAP.length) / across) - GAP.length
  const style = {
    bar: across > 1 ? BAR_WIDTH.several : BAR_WIDTH.one,
    isBrief: width < WIDE_ENOUGH,
  }
  const cells = chosen.map((entry) => cut(cellOf(entry, now, nameWidth, style), width))
  const height = Math.ceil(cells.length / across)
  const lines = Array.from({ length: height }, (_, row) =>
    Array.from({ length: across }, (_, column) => (cells[column * height + row] ?? '').padEnd(width))
      .join(GAP)
      .trimEnd(),
  )
  const shown = new Set(chosen)
  return { lines, hidden: entries.filter((entry) => !shown.has(entry)) }
}

/** The same number of each phase as far as there are so many, the farthest phase first; then those that wait. */
function chooseMoving(entries: readonly BoardEntry[], room: number): readonly BoardEntry[] {
  const phases = PHASES.toReversed()
    .map((phase) => entries.filter((entry) => isMoving(entry) && entry.life.phase === phase))
    .filter((group) => group.length > 0)
  let share = 0
  while (phases.some((group) => group.length > share) && taken(phases, share + 1) <= room) share += 1
  let left = room - taken(phases, share)
  const moving = phases.flatMap((group) => {
    const more = group.length > share && left > 0 ? Math.min(left, group.length - share) : 0
    left -= more
    return group.toSorted(byArrival).slice(0, share + more)
  })
  const waiting = entries.filter(({ life }) => life.phase === 'defined').toSorted(byArrival)
  return [...moving, ...waiting.slice(0, Math.max(0, room - moving.length))]
}

function taken(groups: readonly (readonly BoardEntry[])[], share: number): number {
  return groups.reduce((sum, group) => sum + Math.min(group.length, share), 0)
}

/** Does not change from one look to the next, as bytes do. */
function byArrival(a: BoardEntry, b: BoardEntry): number {
  return a.life.since - b.life.since || byText(a.name, b.name)
}

function cellOf(
  { name, life, waitsFor, news }: BoardEntry,
  now: number,
  nameWidth: number,
  { bar: width, isBrief }: { readonly bar: number; readonly isBrief: boolean },
): string {
  const more = life.phase === 'ready' ? undefined : (waitsFor ?? news)
  const state = `${bar(life, width)}${describeLife(life, now, isBrief)}${more === undefined ? '' : `; ${more}`}`
  return `${mark(life)} ${cut(name, nameWidth).padEnd(nameWidth)}  ${state}`
}

function mark({ phase }: Life): string {
  if (phase === 'ready') return '✔'
  return phase === 'defined' ? '·' : '▸'
}

function bar(life: Life, width: number): string {
  const transfer = life.transfers[life.phase as ArtifactRole]
  if (!transfer || transfer.finishedAt || transfer.total === 0) return ''
  const full = Math.min(width, Math.floor((width * transfer.bytes) / transfer.total))
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} `
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
