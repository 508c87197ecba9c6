import { formatDuration } from '../../domain/duration.ts'
import type { BoardEntry } from './board-entry.ts'
import { cut, listNames, wrapWords } from './fit-text.ts'

/** Hosts with the same trouble. */
export interface TroubleGroup {
  readonly entries: readonly BoardEntry[]
  readonly isFailed: boolean
}

/** How much is said of each group: everything in several lines, in one line each, only what to do, only who. */
export const DETAILS = ['wrapped', 'full', 'brief', 'names'] as const
export type Detail = (typeof DETAILS)[number]

const LABEL_WIDTH = 8
const INDENT = '    '

/** Hosts in trouble by what it is, those that failed first, then the most; hosts of a group in order of name. */
export function groupTrouble(entries: readonly BoardEntry[]): readonly TroubleGroup[] {
  const groups = new Map<string, BoardEntry[]>()
  for (const entry of entries) {
    const key = keyOf(entry)
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.entries()]
    .map(([key, group]) => ({
      key,
      isFailed: key.startsWith('failed'),
      entries: group.toSorted((a, b) => byName(a.name, b.name)),
    }))
    .toSorted(
      (a, b) =>
        Number(b.isFailed) - Number(a.isFailed) ||
        b.entries.length - a.entries.length ||
        byName(a.key, b.key),
    )
}

/** Who, and in as much detail as is asked for what was seen, why and what to do. */
export function renderTrouble(
  { entries, isFailed }: TroubleGroup,
  now: number,
  columns: number,
  detail: Detail,
): readonly string[] {
  const [first] = entries
  if (!first) return []
  const head = headOf(entries, first, isFailed, now, columns)
  const { diagnosis } = first
  const like = entries.length > 1 && !entries.every((one) => one.diagnosis?.seen === diagnosis?.seen)
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['said', isFailed ? reasonOf(first) : undefined],
    ['seen', diagnosis && `${like ? `${first.name}: ` : ''}${diagnosis.seen}`],
    ['likely', diagnosis?.cause],
    ['check', diagnosis?.check[0]],
  ]
  const wanted = facts.filter(
    ([label, text]) => text && (detail !== 'brief' || label === 'check' || (label === 'said' && !diagnosis)),
  )
  if (detail === 'names') return [head]
  return [head, ...wanted.flatMap(([label, text = '']) => fact(label, text, columns, detail))]
}

function keyOf({ life, diagnosis }: BoardEntry): string {
  if (life.phase !== 'failed') return `stuck ${diagnosis?.rule} ${life.phase}`
  return `failed ${life.failure?.phase} ${diagnosis?.rule ?? life.failure?.reason}`
}

function headOf(
  entries: readonly BoardEntry[],
  first: BoardEntry,
  isFailed: boolean,
  now: number,
  columns: number,
): string {
  const { life, diagnosis, name } = first
  const mark = isFailed ? '✘' : '▲'
  const phase = isFailed ? (life.failure?.phase ?? 'failed') : life.phase
  const rule = diagnosis ? ` (${diagnosis.rule})` : ''
  const what = `${isFailed ? 'failed' : 'stuck'} in ${phase}`
  if (entries.length === 1) {
    const since = isFailed
      ? `${formatDuration(now - life.since)} ago`
      : `for ${formatDuration(now - life.since)}`
    return cut(`${mark} ${name} ${what} ${since}${rule}`, columns)
  }
  const head = `${mark} ${entries.length} ${what}${rule}: `
  const names = entries.map((entry) => entry.name)
  return cut(`${head}${listNames(names, Math.max(0, columns - head.length))}`, columns)
}

/** Without what its diagnosis says again. */
function reasonOf({ life, diagnosis }: BoardEntry): string | undefined {
  const reason = life.failure?.reason ?? 'no reason known'
  const at = diagnosis ? reason.indexOf(diagnosis.seen) : -1
  const own = (at < 0 ? reason : reason.slice(0, at)).replace(/[:;\s]+$/, '')
  return own === '' ? undefined : own
}

function fact(label: string, text: string, columns: number, detail: Detail): readonly string[] {
  const room = Math.max(1, columns - INDENT.length - LABEL_WIDTH)
  return wrapWords(text, room, detail === 'wrapped' ? 3 : 1).map((line, index) =>
    cut(`${INDENT}${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`, columns),
  )
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
