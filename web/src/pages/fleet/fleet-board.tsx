import { Button, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { useMay } from '../../api/session.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useNow } from '../../ui/use-now.ts'
import { rateInWords } from '../../ui/words.ts'
import { BulkBar } from './bulk-bar.tsx'
import { BulkDialog } from './bulk-dialog.tsx'
import { createCalmOrder } from './calm-order.ts'
import { FilterBar } from './filter-bar.tsx'
import { choicesOf, countsOf, filterButPhase, filterHosts } from './filter-hosts.ts'
import { closedIn, sortIn } from './fleet-search.ts'
import { rowsOf } from './group-hosts.ts'
import type { Action } from './host-actions.ts'
import { HostGrid } from './host-grid.tsx'
import { PhaseChips } from './phase-chips.tsx'
import { useFleetSearch } from './use-fleet-search.ts'
import { useSelection } from './use-selection.ts'

const BY_NAME = { column: 'name', isDescending: false } as const
/** Ages and silences are told anew so often. Milliseconds. */
const TICK_MS = 5000

interface Undertaking {
  readonly action: Action
  /** As they were when it was asked for: what is confirmed does not change under the eyes. */
  readonly hosts: readonly HostView[]
}

/** The fleet where there is one. */
export function FleetBoard({ hosts }: { readonly hosts: readonly HostView[] }) {
  const [search, change] = useFleetSearch()
  const mayAct = useMay('operator')
  const now = useNow(TICK_MS)
  const [undertaking, setUndertaking] = useState<Undertaking>()
  // Typing goes before showing.
  const shown = useDeferredValue(search)
  const counts = useMemo(() => countsOf(filterButPhase(hosts, shown), now), [hosts, shown, now])
  const choices = useMemo(() => choicesOf(hosts), [hosts])
  const found = useMemo(() => filterHosts(hosts, shown), [hosts, shown])
  const sort = useMemo(() => sortIn(shown.sort) ?? BY_NAME, [shown.sort])
  const [inOrder] = useState(createCalmOrder)
  const sorted = useMemo(() => inOrder(found, sort, now), [inOrder, found, sort, now])
  const rows = useMemo(
    () => rowsOf(sorted, shown.group, closedIn(shown.closed)),
    [sorted, shown.group, shown.closed],
  )
  const { selected, select, clear } = useSelection(hosts)
  const act = useCallback((action: Action, chosen: readonly HostView[]) => {
    setUndertaking({ action, hosts: chosen })
  }, [])
  return (
    <div className="fleet">
      <Group justify="space-between" gap="xs">
        <PageTitle>Fleet</PageTitle>
        <Text size="sm" className="number" data-testid="fleet-sums">
          {counts.downloading > 0 && `${rateInWords(counts.rate)} to ${counts.downloading} · `}
          {counts.moving} under way · {counts.all} {counts.all === 1 ? 'host' : 'hosts'}
        </Text>
        {mayAct && (
          <Button component={Link} to="/start" variant="default" size="compact-sm">
            Add hosts
          </Button>
        )}
      </Group>
      <PhaseChips counts={counts} search={search} change={change} />
      <FilterBar choices={choices} search={search} change={change} />
      <BulkBar
        shown={found.length}
        selected={selected}
        hosts={hosts}
        mayAct={mayAct}
        onClear={clear}
        onAct={act}
      />
      <HostGrid
        rows={rows}
        now={now}
        sort={sort}
        closed={shown.closed}
        change={change}
        mayAct={mayAct}
        selected={selected}
        select={select}
        onAct={act}
      />
      {undertaking && <BulkDialog {...undertaking} onClose={() => setUndertaking(undefined)} />}
    </div>
  )
}
