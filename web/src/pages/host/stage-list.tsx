import { Table, Text } from '@mantine/core'
import { WideTable } from '../../ui/wide-table.tsx'
import { clockInWords, durationInWords } from '../../ui/words.ts'
import type { InstallStage } from './install-stages.ts'

/** What the installer said it was at, beneath the phases of the boot. */
export function StageList({ stages }: { readonly stages: readonly InstallStage[] }) {
  if (stages.length === 0) return null
  return (
    <WideTable label="Stages reported" minWidth={320} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Stage reported</Table.Th>
          <Table.Th>At</Table.Th>
          <Table.Th>Until the next</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {stages.map(({ stage, detail, at, durationMs }) => (
          <Table.Tr key={`${at} ${stage}`}>
            <Table.Td>
              <Text size="sm">{stage}</Text>
              {detail !== '' && (
                <Text size="xs" c="dimmed">
                  {detail}
                </Text>
              )}
            </Table.Td>
            <Table.Td className="number one-line">{clockInWords(at)}</Table.Td>
            <Table.Td className="number">
              {durationMs === undefined ? '' : durationInWords(durationMs)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  )
}
