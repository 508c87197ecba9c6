import type { HostView } from '../../../../src/contract/hosts.ts'
import { PHASES } from '../../../../src/domain/phase.ts'
import { isMoving, isStuck } from './host-progress.ts'

export interface GroupRow {
  readonly kind: 'group'
  readonly key: string
  /** What its hosts share; empty for those that have none of it. */
  readonly value: string
  readonly names: readonly string[]
  readonly ready: number
  readonly moving: number
  readonly stuck: number
  readonly failed: number
  readonly isClosed: boolean
}

export interface HostRow {
  readonly kind: 'host'
  readonly key: string
  readonly host: HostView
}

export type FleetRow = GroupRow | HostRow

const names = new Intl.Collator('en', { numeric: true })

/** The rows of the grid: hosts in the order given, under the heads of their groups where they are grouped. */
export function rowsOf(
  hosts: readonly HostView[],
  group: string | undefined,
  closed: ReadonlySet<string>,
): readonly FleetRow[] {
  if (group === undefined) return hosts.map(rowOf)
  const groups = new Map<string, HostView[]>()
  for (const host of hosts) {
    const value = sharedValue(host, group)
    const members = groups.get(value)
    if (members) members.push(host)
    else groups.set(value, [host])
  }
  return [...groups]
    .sort(([a], [b]) => compareGroups(a, b, group))
    .flatMap(([value, members]) => {
      const head = headOf(value, members, closed.has(value))
      return head.isClosed ? [head] : [head, ...members.map(rowOf)]
    })
}

function rowOf(host: HostView): HostRow {
  return { kind: 'host', key: `host ${host.name}`, host }
}

function headOf(value: string, members: readonly HostView[], isClosed: boolean): GroupRow {
  return {
    kind: 'group',
    key: `group ${value}`,
    value,
    names: members.map(({ name }) => name),
    ready: members.filter(({ phase }) => phase === 'ready').length,
    moving: members.filter(isMoving).length,
    stuck: members.filter(isStuck).length,
    failed: members.filter(({ phase }) => phase === 'failed').length,
    isClosed,
  }
}

function sharedValue(host: HostView, group: string): string {
  if (group === 'profile') return host.profile ?? ''
  if (group === 'phase') return host.phase
  const key = group.slice('label:'.length)
  return Object.hasOwn(host.labels, key) ? (host.labels[key] ?? '') : ''
}

/** Those that have nothing to be grouped by come last. */
function compareGroups(a: string, b: string, group: string): number {
  if (group === 'phase') {
    const order: readonly string[] = PHASES
    return order.indexOf(a) - order.indexOf(b)
  }
  return Number(a === '') - Number(b === '') || names.compare(a, b)
}
