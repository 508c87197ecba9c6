import type { Phase } from '../../domain/phase.ts'
import { type BoardEntry, isInTrouble, isMoving } from './board-entry.ts'
import { countPhases, renderHeader } from './board-header.ts'
import { renderHosts } from './board-hosts.ts'
import { DETAILS, groupTrouble, renderTrouble, type TroubleGroup } from './board-trouble.ts'
import { cut } from './fit-text.ts'

export type { BoardEntry } from './board-entry.ts'

/** Size of a terminal in characters. */
export interface BoardSize {
  readonly columns: number
  readonly rows: number
}

/**
 * The state of all hosts as fewer lines than the terminal has, none longer than it is wide: how they stand as a whole, then
 * those that failed or are stuck with why, those that move, and what there is besides as numbers. Where every host fits,
 * those without trouble are in order of name and stay where they are. `trouble`: why nothing new is heard of any, put first.
 */
export function renderHostBoard(
  entries: readonly BoardEntry[],
  now: number,
  size: BoardSize,
  trouble?: string,
): readonly string[] {
  const { columns } = size
  const header = [...(trouble === undefined ? [] : [`! ${trouble}`]), ...renderHeader(entries, now, columns)]
  // The cursor stands below the last line, and one line may be needed to say what is left out.
  const room = Math.max(1, size.rows - 1 - header.length)
  const troubled = groupTrouble(entries.filter(isInTrouble))
  const others = entries.filter((entry) => !isInTrouble(entry))
  const fitted = fitTrouble(troubled, now, columns, room, others.filter(isMoving).length)
  const hosts = renderHosts(others, now, { columns, rows: room - fitted.lines.length }, fitted.hidden)
  const hidden = [...fitted.hidden, ...hosts.hidden]
  return [...header, ...fitted.lines, ...hosts.lines, ...(hidden.length > 0 ? [describeHidden(hidden)] : [])]
    .map((line) => cut(line, columns))
    .slice(0, Math.max(1, size.rows - 1))
}

interface Fitted {
  readonly lines: readonly string[]
  readonly hidden: readonly BoardEntry[]
}

/**
 * At least who, and of each kind, the most frequent first, as much more as leaves some lines for hosts that move. Kinds for
 * which there is no line at all are left out.
 */
function fitTrouble(
  groups: readonly TroubleGroup[],
  now: number,
  columns: number,
  room: number,
  moving: number,
): Fitted {
  const shown = groups.length < room ? groups.length : Math.max(1, room - 1)
  let spare = room - Math.min(moving + 1, Math.ceil(room / 3)) - shown
  const lines = groups.slice(0, shown).flatMap((group) => {
    const [best = []] = DETAILS.map((detail) => renderTrouble(group, now, columns, detail)).filter(
      (rendered) => rendered.length === 1 || rendered.length - 1 <= spare,
    )
    spare -= best.length - 1
    return best
  })
  return { lines, hidden: groups.slice(shown).flatMap((group) => group.entries) }
}

/** `and 352 more: 312 ready, 40 waiting`. */
function describeHidden(hidden: readonly BoardEntry[]): string {
  const count = (wanted: Phase) => hidden.filter(({ life }) => life.phase === wanted).length
  const [ready, waiting] = [count('ready'), count('defined')]
  const rest = countPhases(
    hidden.map(({ life }) => life).filter(({ phase }) => phase !== 'defined' && phase !== 'ready'),
  )
  const counts = [ready > 0 ? `${ready} ready` : '', waiting > 0 ? `${waiting} waiting` : '', rest]
  return `and ${hidden.length} more: ${counts.filter((part) => part !== '').join(', ')}`
}
