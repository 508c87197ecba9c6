import { Alert, Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type DiscoveredMachine, discoveredQuery, forget } from '../../api/discovered.ts'
import { messageOf } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { WideTable } from '../../ui/wide-table.tsx'
import { AdoptDialog } from './adopt-dialog.tsx'
import { hostNameFor } from './host-name-for.ts'
import { NetbootNewsPanel } from './netboot-news-panel.tsx'

/** Machines that nobody has defined, and what firmware asks for. */
export function InboxPage() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(discoveredQuery)
  const [adopting, setAdopting] = useState<DiscoveredMachine>()
  const refresh = () => queries.invalidateQueries({ queryKey: discoveredQuery.queryKey })
  const drop = async (id: string): Promise<void> => {
    try {
      await forget(id)
    } catch (reason) {
      notifications.show({ color: 'red', title: 'It was not forgotten', message: messageOf(reason) })
    }
    await refresh()
  }
  return (
    <Stack maw="var(--page-width)">
      <PageTitle>Inbox</PageTitle>
      <Text size="sm" c="dimmed">
        Machines that asked for their script and are no host of the fleet. Nothing is installed on them before
        they are adopted.
      </Text>
      {error && <ProblemAlert title="The inbox cannot be shown" error={error} retry={() => void refetch()} />}
      {data && data.items.length === 0 && (
        <Alert color="gray" title="No unknown machine has asked">
          <Text size="sm">
            With the policy “discover” for unknown hosts, machines that netboot from here show up on this
            page.
          </Text>
        </Alert>
      )}
      {data && data.items.length > 0 && (
        <WideTable label="Unknown machines" minWidth={760} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Machine</Table.Th>
              <Table.Th>Address</Table.Th>
              <Table.Th>What it told</Table.Th>
              <Table.Th>Last asked</Table.Th>
              <Table.Th>
                <Text span inherit className="visually-hidden">
                  Actions
                </Text>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((machine) => (
              <MachineRow
                key={machine.id}
                machine={machine}
                onAdopt={() => setAdopting(machine)}
                onForget={() => void drop(machine.id)}
              />
            ))}
          </Table.Tbody>
        </WideTable>
      )}
      <Title order={2} size="h4">
        What firmware asks for
      </Title>
      <NetbootNewsPanel />
      {adopting && (
        <AdoptDialog machine={adopting} onClose={() => setAdopting(undefined)} onAdopted={refresh} />
      )}
    </Stack>
  )
}

interface MachineRowProps {
  readonly machine: DiscoveredMachine
  readonly onAdopt: () => void
  readonly onForget: () => void
}

function MachineRow({ machine, onAdopt, onForget }: MachineRowProps) {
  const mayAct = useMay('operator')
  const { told, address, lastSeen } = machine
  const name = told['mac'] ?? told['uuid'] ?? machine.id
  const facts = Object.entries(told).filter(([key, value]) => key !== 'mac' && value !== '')
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600} size="sm">
          {hostNameFor(told)}
        </Text>
        <Text size="sm" ff="monospace">
          {name}
        </Text>
      </Table.Td>
      <Table.Td className="number">{address}</Table.Td>
      <Table.Td>
        <Text size="sm">{facts.map(([key, value]) => `${key} ${value}`).join(' · ')}</Text>
      </Table.Td>
      <Table.Td>
        <TimeAgo at={lastSeen} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          <Button size="compact-sm" onClick={onAdopt} disabled={!mayAct} aria-label={`Adopt ${name}`}>
            Adopt
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={onForget}
            disabled={!mayAct}
            aria-label={`Forget ${name}`}
          >
            Forget
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}
