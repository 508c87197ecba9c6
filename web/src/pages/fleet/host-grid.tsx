import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { closedIn, closedText } from './fleet-search.ts'
import { GridHead } from './grid-head.tsx'
import { nextIndex } from './grid-keys.ts'
import type { FleetRow } from './group-hosts.ts'
import { GroupLine } from './group-line.tsx'
import type { Action } from './host-actions.ts'
import { HostLine } from './host-line.tsx'
import { figuresOf } from './row-figures.ts'
import type { Sort } from './sort-hosts.ts'
import type { ChangeSearch } from './use-fleet-search.ts'
import type { Select } from './use-selection.ts'

interface HostGridProps {
  readonly rows: readonly FleetRow[]
  readonly now: number
  readonly sort: Sort
  readonly closed: string | undefined
  readonly change: ChangeSearch
  readonly mayAct: boolean
  readonly selected: ReadonlySet<string>
  readonly select: Select
  readonly onAct: (action: Action, hosts: readonly HostView[]) => void
}

/** Pixels. */
const HEIGHT = { row: 46, card: 112, group: 36 }
/** Rows beyond what is seen, so that scrolling does not run into emptiness. */
const OVERSCAN = 8

/** All rows of the fleet, of which only those in sight are in the page; moved through with the keyboard. */
export function HostGrid(props: HostGridProps) {
  const { rows, now, sort, closed, change, mayAct, selected, select, onAct } = props
  const box = useRef<HTMLDivElement>(null)
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const navigate = useNavigate()
  const [activeKey, setActiveKey] = useState<string>()
  const found = rows.findIndex(({ key }) => key === activeKey)
  const active = Math.max(0, found)
  const wantsFocus = useRef(false)
  const anchor = useRef<string>(undefined)

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) =>
      rows[index]?.kind === 'group' ? HEIGHT.group : isNarrow ? HEIGHT.card : HEIGHT.row,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    // The row that has the focus stays in the page wherever it is scrolled to, or the focus would be lost.
    rangeExtractor: useCallback((range: Range) => withRow(defaultRangeExtractor(range), active), [active]),
    paddingStart: 0,
    scrollPaddingStart: isNarrow ? 0 : 34,
  })
  const layout = useMemo(() => rows.map(({ kind }) => (kind === 'group' ? 'g' : 'h')).join(''), [rows])
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights follow from these.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isNarrow, layout])
  useLayoutEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    box.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true })
  })

  const toggleGroup = (value: string): void => {
    const groups = new Set(closedIn(closed))
    if (!groups.delete(value)) groups.add(value)
    change({ closed: closedText(groups) })
  }
  const pick = (index: number, isRange: boolean): void => {
    const row = rows[index]
    if (!row || !mayAct) return
    if (row.kind === 'group') {
      select(row.names, !row.names.every((name) => selected.has(name)))
      return
    }
    const from = isRange ? rows.findIndex(({ key }) => key === anchor.current) : -1
    const span = from < 0 ? [row] : rows.slice(Math.min(from, index), Math.max(from, index) + 1)
    select(
      span.flatMap((one) => (one.kind === 'host' ? [one.host.name] : [])),
      from >= 0 || !selected.has(row.host.name),
    )
    anchor.current = row.key
  }
  const open = (index: number): void => {
    const row = rows[index]
    if (row?.kind === 'group') toggleGroup(row.value)
    else if (row) void navigate({ to: '/hosts/$name', params: { name: row.host.name } })
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const isInRow = event.target instanceof HTMLElement && event.target.closest('[data-index]') !== null
    if (!isInRow || event.altKey) return
    const isOnRow = event.target instanceof HTMLElement && event.target.dataset['index'] !== undefined
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / HEIGHT.row) - 1)
    const next = nextIndex(event.key, active, rows.length, page)
    if (next !== undefined) {
      const key = rows[next]?.key
      if (event.shiftKey && next !== active && key) pickAlong(next)
      setActiveKey(key)
      wantsFocus.current = true
      virtualizer.scrollToIndex(next)
    } else if (event.key === 'Enter' && isOnRow) open(active)
    else if (event.key === ' ' && isOnRow) pick(active, event.shiftKey)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && mayAct) select(namesOf(rows), true)
    else return
    event.preventDefault()
  }
  const onClick = (event: React.MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-host]') : null
    const name = link?.dataset['host']
    // A click with a key opens a tab or a window, as everywhere.
    if (!name || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void navigate({ to: '/hosts/$name', params: { name } })
  }
  const pickAlong = (next: number): void => {
    if (!mayAct) return
    const [low, high] = [Math.min(active, next), Math.max(active, next)]
    select(namesOf(rows.slice(low, high + 1)), true)
  }
  // Rows that did not change are not drawn again, so what they are handed has to stay the same.
  const latest = useRef({ pick, open, toggleGroup, onAct })
  latest.current = { pick, open, toggleGroup, onAct }
  const on = useMemo(
    () => ({
      pick: (index: number, isRange: boolean) => latest.current.pick(index, isRange),
      toggle: (value: string) => latest.current.toggleGroup(value),
      act: (action: Action, host: HostView) => latest.current.onAct(action, [host]),
      enter: (key: string) => setActiveKey(key),
    }),
    [],
  )
  const names = useMemo(() => namesOf(rows), [rows])
  const isAllSelected = names.length > 0 && selected.size > 0 && names.every((name) => selected.has(name))
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the rows that are not in sight.
    <div
      ref={box}
      className="fleet-grid"
      role="grid"
      aria-label="Hosts"
      aria-rowcount={rows.length + 1}
      aria-multiselectable={mayAct}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <GridHead
        sort={sort}
        change={change}
        mayAct={mayAct}
        isAllSelected={isAllSelected}
        onSelectAll={() => select(names, !isAllSelected)}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      <div className="fleet-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start, size, key }) => {
          const row = rows[index]
          if (!row) return null
          const place = { index, start, size, isActive: index === active, mayAct, on } as const
          return row.kind === 'group' ? (
            <GroupLine key={key} row={row} selected={selected} {...place} />
          ) : (
            <HostLine
              key={key}
              rowKey={row.key}
              host={row.host}
              {...figuresOf(row.host, now)}
              isSelected={selected.has(row.host.name)}
              {...place}
            />
          )
        })}
        {rows.length === 0 && <p className="fleet-none">No host is like that.</p>}
      </div>
    </div>
  )
}

function withRow(indexes: number[], index: number): number[] {
  return indexes.includes(index) ? indexes : [...indexes, index].sort((a, b) => a - b)
}

function namesOf(rows: readonly FleetRow[]): readonly string[] {
  return rows.flatMap((row) => (row.kind === 'host' ? [row.host.name] : row.isClosed ? row.names : []))
}
