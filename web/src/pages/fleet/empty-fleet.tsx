import { Button, Card, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { discoveredQuery } from '../../api/discovered.ts'

/** What stands where there are no hosts yet: the way to the first one. */
export function EmptyFleet() {
  const { data } = useQuery(discoveredQuery)
  const unknown = data?.items.length ?? 0
  return (
    <Card withBorder padding="xl" maw={640}>
      <Stack gap="md">
        <Title order={2} size="h4">
          No hosts yet
        </Title>
        <Text>
          Edgeboot installs hosts from an installer ISO and a user-data file. The guided first run leads from
          the ISO to a running host.
        </Text>
        <Group>
          <Button component={Link} to="/start">
            Begin
          </Button>
          {unknown > 0 && (
            <Button component={Link} to="/inbox" variant="default">
              Inbox: {unknown} unknown {unknown === 1 ? 'machine' : 'machines'}
            </Button>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {unknown > 0
            ? 'Machines in the inbox have asked for their script already; one click makes hosts of them.'
            : 'No unknown machine has asked for its script so far. A fleet file makes hosts too: edgeboot apply -f fleet.yaml'}
        </Text>
      </Stack>
    </Card>
  )
}
