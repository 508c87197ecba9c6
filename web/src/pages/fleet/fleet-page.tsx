import './fleet.css'
import { Stack } from '@mantine/core'
import { useHosts, useRefreshHosts } from '../../live/live-provider.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { EmptyFleet } from './empty-fleet.tsx'
import { FleetBoard } from './fleet-board.tsx'

/** Every host, what it is doing, and what can be done with it. */
export function FleetPage() {
  const { hosts, isLoaded, error } = useHosts()
  const refresh = useRefreshHosts()
  if (isLoaded && hosts.length > 0) return <FleetBoard hosts={hosts} />
  return (
    <Stack>
      <PageTitle>Fleet</PageTitle>
      {isLoaded && <EmptyFleet />}
      {!isLoaded && error === undefined && <Loading what="Loading" />}
      {!isLoaded && error !== undefined && (
        <ProblemAlert title="The fleet cannot be shown" error={error} retry={refresh} />
      )}
    </Stack>
  )
}
