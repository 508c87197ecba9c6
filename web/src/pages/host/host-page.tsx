import { Alert, Group, Stack, Tabs, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useCallback, useRef } from 'react'
import type { Event } from '../../../../src/contract/events.ts'
import { hostKey, hostQuery } from '../../api/hosts.ts'
import { ApiProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { useEvents, useHosts } from '../../live/live-provider.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { PhaseBadge } from '../../ui/phase-badge.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { BootPanel } from './boot-panel.tsx'
import { ConsolePanel } from './console-panel.tsx'
import { DiagnosisPanel } from './diagnosis-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { HostActions } from './host-actions.tsx'
import { HostFacts } from './host-facts.tsx'
import { LogPanel } from './log-panel.tsx'
import { ServedTextPanel } from './served-text-panel.tsx'
import { useHostEvents } from './use-host-events.ts'

/** Events come in bursts; what they change is asked for once for all of a burst. Milliseconds. */
const SETTLE_MS = 1000
const NO_EVENTS: readonly Event[] = []

/** One host: what it does, what it did, and what can be done to it. */
export function HostPage() {
  const { name } = useParams({ from: '/hosts/$name' })
  return <HostView key={name} name={name} />
}

function HostView({ name }: { readonly name: string }) {
  const { data: detail, error, refetch } = useQuery(hostQuery(name))
  const { hosts, isLoaded } = useHosts()
  const live = hosts.find((host) => host.name === name)
  const mayLook = useMay('operator')
  const events = useHostEvents(name, detail?.events ?? NO_EVENTS)
  useFreshness(name)
  if (error instanceof ApiProblem && error.code === 'host.not-found') {
    return (
      <Stack>
        <PageTitle>{name}</PageTitle>
        <Alert color="gray" title={detail ? 'This host is gone' : 'There is no such host'}>
          <Text size="sm">
            Nothing of that name is in the fleet any more. <Link to="/">To the fleet</Link>
          </Text>
        </Alert>
      </Stack>
    )
  }
  if (error && !detail) {
    return <ProblemAlert title="The host cannot be shown" error={error} retry={() => void refetch()} />
  }
  if (!detail) return <Loading what="Loading" />
  const host = live ?? detail
  // Only of machines that we make do we know the firmware.
  const isMade = detail.firmware !== undefined || detail.definition?.machine !== undefined
  return (
    <Stack maw="var(--page-width)">
      <Group justify="space-between" align="flex-start">
        <Group gap="sm">
          <PageTitle>{name}</PageTitle>
          <span role="status" data-testid="phase">
            <PhaseBadge phase={host.phase} />
          </span>
        </Group>
        <HostActions host={host} isMade={isMade} />
      </Group>
      {isLoaded && !live && <Alert color="gray">The fleet does not know this host any more.</Alert>}
      <DiagnosisPanel host={host} />
      <HostFacts host={host} detail={detail} />
      <Tabs defaultValue="boot" keepMounted={false}>
        <Tabs.List aria-label={`About ${name}`}>
          <Tabs.Tab value="boot">Boot</Tabs.Tab>
          {mayLook && <Tabs.Tab value="console">Console</Tabs.Tab>}
          {mayLook && <Tabs.Tab value="log">Log</Tabs.Tab>}
          {mayLook && <Tabs.Tab value="script">Script</Tabs.Tab>}
          {mayLook && <Tabs.Tab value="user-data">User-data</Tabs.Tab>}
          <Tabs.Tab value="events">Events</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="boot" pt="md">
          <BootPanel host={host} events={events} />
        </Tabs.Panel>
        <Tabs.Panel value="console" pt="md">
          <ConsolePanel host={host} hasConsole={host.driver !== 'none'} />
        </Tabs.Panel>
        <Tabs.Panel value="log" pt="md">
          <LogPanel host={host} />
        </Tabs.Panel>
        <Tabs.Panel value="script" pt="md">
          <ServedTextPanel name={name} what="script" />
        </Tabs.Panel>
        <Tabs.Panel value="user-data" pt="md">
          <ServedTextPanel name={name} what="user-data" />
        </Tabs.Panel>
        <Tabs.Panel value="events" pt="md">
          <EventsPanel events={events} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}

/** Asks for what is shown of the host anew after events that change more than bytes. */
function useFreshness(name: string): void {
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEvents(
    useCallback(
      ({ host, type }: Event) => {
        if (host !== name || type === 'artifact.progress' || timer.current !== undefined) return
        timer.current = setTimeout(() => {
          timer.current = undefined
          for (const part of ['detail', 'boots', 'script', 'user-data']) {
            void queries.invalidateQueries({ queryKey: [...hostKey(name), part] })
          }
        }, SETTLE_MS)
      },
      [name, queries],
    ),
  )
}
