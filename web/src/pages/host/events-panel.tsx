import { Code, NativeSelect, Stack, Table, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { Event } from '../../../../src/contract/events.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { timeInWords } from '../../ui/words.ts'
import { sentenceOf } from './event-sentence.ts'

/** What happened to the host, the newest first. */
export function EventsPanel({ events }: { readonly events: readonly Event[] }) {
  const [type, setType] = useState('')
  const types = useMemo(() => [...new Set(events.map((event) => event.type))].toSorted(), [events])
  const shown = events.filter((event) => type === '' || event.type === type)
  return (
    <Stack>
      <NativeSelect
        label="Kind"
        maw={260}
        data={[{ value: '', label: 'all' }, ...types.map((value) => ({ value, label: value }))]}
        value={type}
        onChange={(event) => setType(event.currentTarget.value)}
      />
      <WideTable label="Events" minWidth={640} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={210}>Time</Table.Th>
            <Table.Th w={160}>Kind</Table.Th>
            <Table.Th>What</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((event) => (
            <Table.Tr key={event.id}>
              <Table.Td className="number one-line">{timeInWords(event.time)}</Table.Td>
              <Table.Td>{event.type}</Table.Td>
              <Table.Td>
                <details>
                  <summary>
                    <Text span size="sm">
                      {sentenceOf(event)}
                    </Text>
                  </summary>
                  <Code block>{JSON.stringify(event, null, 2)}</Code>
                </details>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </Stack>
  )
}
