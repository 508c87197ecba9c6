import { Badge, Card, Group, SimpleGrid } from '@mantine/core'
import type { HostDetail, HostView } from '../../../../src/contract/hosts.ts'
import { isBefore } from '../../../../src/domain/phase.ts'
import { Fact } from '../../ui/fact.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { timeInWords } from '../../ui/words.ts'

interface HostFactsProps {
  readonly host: HostView
  readonly detail: HostDetail
}

/** What the host is, at a glance. */
export function HostFacts({ host, detail }: HostFactsProps) {
  const labels = Object.entries(host.labels)
  return (
    <Card withBorder padding="sm">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="md" verticalSpacing="xs" component="dl" m={0}>
        <Fact name="power">{host.power}</Fact>
        <Fact name="last seen">
          <TimeAgo at={host.lastSeen} />
        </Fact>
        <Fact name="in this phase since">
          <TimeAgo at={host.since} />
        </Fact>
        <Fact name="profile">{host.profile}</Fact>
        <Fact name="installer">{host.installer}</Fact>
        <Fact name="machine">
          {host.driver === 'none' ? 'physical' : [host.driver, detail.firmware].filter(Boolean).join(', ')}
        </Fact>
        <Fact name="address">{host.address}</Fact>
        <Fact name="MAC">{host.mac}</Fact>
        <Fact name="UUID">{host.uuid}</Fact>
        <Fact name="handed the installer">{timesInWords(host.installs)}</Fact>
        <Fact name="last stage reported">{host.stage}</Fact>
        <Fact name="may install until">{windowOf(host)}</Fact>
      </SimpleGrid>
      {labels.length > 0 && (
        <Group gap="xs" mt="sm">
          {labels.map(([key, value]) => (
            <Badge key={key} variant="default" tt="none">
              {key}={value}
            </Badge>
          ))}
        </Group>
      )}
    </Card>
  )
}

/** Its window, as long as it has not made use of it. */
function windowOf({ armedUntil, phase }: HostView): string | undefined {
  return armedUntil !== undefined && isBefore(phase, 'config') ? timeInWords(armedUntil) : undefined
}

function timesInWords(count: number): string {
  if (count === 0) return 'not yet'
  return count === 1 ? 'once' : `${count} times`
}
