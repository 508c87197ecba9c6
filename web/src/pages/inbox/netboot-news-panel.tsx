import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { netbootNewsQuery } from '../../api/discovered.ts'
import { WideTable } from '../../ui/wide-table.tsx'
import { timeInWords } from '../../ui/words.ts'

/** Lines shown, the newest first. */
const SHOWN = 50

/** Who asked for a boot file, and why they were answered or not. */
export function NetbootNewsPanel() {
  const { data } = useQuery(netbootNewsQuery)
  if (!data) return null
  if (data.services.length === 0) {
    return (
      <Text size="sm">
        Nothing answers firmware here: start the server with --dhcp proxy to boot machines from the network.
      </Text>
    )
  }
  const items = data.items.toReversed().slice(0, SHOWN)
  return (
    <>
      <Text size="sm" c="dimmed">
        {data.services.join(' · ')}
      </Text>
      {items.length === 0 ? (
        <Text size="sm">Nobody has asked yet.</Text>
      ) : (
        <WideTable label="Boot requests" minWidth={720} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              <Table.Th>Service</Table.Th>
              <Table.Th>Who</Table.Th>
              <Table.Th>What it says it is</Table.Th>
              <Table.Th>Answer</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ id, time, service, host, mac, address, client, action, reason, file }) => (
              <Table.Tr key={id}>
                <Table.Td className="number">{timeInWords(time)}</Table.Td>
                <Table.Td>{service}</Table.Td>
                <Table.Td>{host ?? mac ?? address ?? ''}</Table.Td>
                <Table.Td>{client ?? ''}</Table.Td>
                <Table.Td>
                  {action}: {reason}
                  {file === undefined ? '' : ` (${file})`}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
    </>
  )
}
