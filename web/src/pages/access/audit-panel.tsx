import { Badge, Button, Code, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type AuditFilter, auditQuery } from '../../api/access.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { WideTable } from '../../ui/wide-table.tsx'
import { timeInWords } from '../../ui/words.ts'

/** Typing asks the server only when it pauses. Milliseconds. */
const PAUSE_MS = 400

/** Who did what, newest first. */
export function AuditPanel() {
  const [who, setWho] = useState('')
  const [action, setAction] = useState('')
  const [outcome, setOutcome] = useState<string | null>(null)
  const [filter] = useDebouncedValue(filterOf(who, action, outcome), PAUSE_MS)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditQuery(filter),
  )
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput
          label="Who"
          placeholder="token:NAME"
          value={who}
          onChange={(event) => setWho(event.currentTarget.value)}
        />
        <TextInput
          label="Action"
          placeholder="host.reinstall"
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <Select
          label="Outcome"
          placeholder="any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any outcome' }}
          data={['done', 'refused']}
          value={outcome}
          onChange={setOutcome}
        />
        <Button variant="default" onClick={() => void refetch()}>
          Refresh
        </Button>
      </Group>
      {error && (
        <ProblemAlert title="The audit log cannot be shown" error={error} retry={() => void refetch()} />
      )}
      <WideTable label="Audit log" minWidth={720} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>Action</Table.Th>
            <Table.Th>On</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th>Details</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td className="number">{timeInWords(entry.time)}</Table.Td>
              <Table.Td>{entry.who}</Table.Td>
              <Table.Td>{entry.action}</Table.Td>
              <Table.Td>{entry.object}</Table.Td>
              <Table.Td>
                <Badge color={entry.outcome === 'done' ? 'green' : 'red'} variant="light" tt="none">
                  {entry.outcome}
                </Badge>
              </Table.Td>
              <Table.Td>
                <Code>
                  {Object.entries(entry.detail)
                    .map(([name, value]) => `${name}=${value}`)
                    .join(' ')}
                </Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      {data && entries.length === 0 && <Text c="dimmed">Nothing of that kind has happened.</Text>}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older
        </Button>
      )}
    </Stack>
  )
}

function filterOf(who: string, action: string, outcome: string | null): AuditFilter {
  return {
    ...(who.trim() ? { who: who.trim() } : {}),
    ...(action.trim() ? { action: action.trim() } : {}),
    ...(outcome === 'done' || outcome === 'refused' ? { outcome } : {}),
  }
}
