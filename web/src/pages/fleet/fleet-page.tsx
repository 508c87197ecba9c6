import { Stack, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useHosts } from '../../live/live-provider.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { PhaseBadge } from '../../ui/phase-badge.tsx'

export function FleetPage() {
  const { hosts, isLoaded } = useHosts()
  return (
    <Stack>
      <PageTitle>Fleet</PageTitle>
      {isLoaded && hosts.length === 0 && <Text>No hosts yet.</Text>}
      <Table>
        <Table.Tbody>
          {hosts.map(({ name, phase }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Link to="/hosts/$name" params={{ name }}>
                  {name}
                </Link>
              </Table.Td>
              <Table.Td>
                <PhaseBadge phase={phase} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}
