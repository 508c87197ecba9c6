import type { HostView } from '../../../../src/contract/hosts.ts'
import { PHASES } from '../../../../src/domain/phase.ts'
import { progressOf, rateOf, remarkOf, timeLeftOf } from './host-progress.ts'

const COLUMN_NAMES = [
  'name',
  'phase',
  'progress',
  'rate',
  'left',
  'seen',
  'site',
  'profile',
  'remark',
] as const
export type Column = (typeof COLUMN_NAMES)[number]

/** The columns from left to right. */
export const COLUMNS: readonly {
  readonly column: Column
  readonly label: string
  readonly isNumber?: true
}[] = [
  { column: 'name', label: 'Host' },
  { column: 'phase', label: 'Phase' },
  { column: 'progress', label: 'Progress' },
  { column: 'rate', label: 'Rate', isNumber: true },
  { column: 'left', label: 'Time left', isNumber: true },
  { column: 'seen', label: 'Seen', isNumber: true },
  { column: 'site', label: 'Site' },
  { column: 'profile', label: 'Profile' },
  { column: 'remark', label: 'Remark' },
]

export interface Sort {
  readonly column: Column
  readonly isDescending: boolean
}

export function isColumn(value: string): value is Column {
  return COLUMN_NAMES.some((name) => name === value)
}

/** `store-2` comes before `store-10`. */
const names = new Intl.Collator('en', { numeric: true })

type Key = string | number | undefined

const KEYS: Readonly<Record<Column, (host: HostView, now: number) => Key>> = {
  name: ({ name }) => name,
  phase: ({ phase }) => PHASES.indexOf(phase),
  progress: progressOf,
  rate: (host, now) => rateOf(host, now) || undefined,
  left: timeLeftOf,
  seen: ({ lastSeen }) => lastSeen,
  site: ({ labels }) => labels['site'],
  profile: ({ profile }) => profile,
  remark: (host) => remarkOf(host)?.text,
}

/** In order of the column, then of name; hosts that have nothing there come last either way. */
export function sortHosts(
  hosts: readonly HostView[],
  { column, isDescending }: Sort,
  now: number,
): readonly HostView[] {
  const keyOf = KEYS[column]
  const sign = isDescending ? -1 : 1
  return hosts
    .map((host) => ({ host, key: keyOf(host, now) }))
    .sort((a, b) => compare(a.key, b.key, sign) || names.compare(a.host.name, b.host.name))
    .map(({ host }) => host)
}

function compare(a: Key, b: Key, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : names.compare(String(a), String(b)))
}
