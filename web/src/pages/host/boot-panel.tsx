import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { BootRecord } from '../../../../src/contract/boots.ts'
import type { Event } from '../../../../src/contract/events.ts'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { bootsQuery } from '../../api/hosts.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useNow } from '../../ui/use-now.ts'
import { durationInWords, timeInWords } from '../../ui/words.ts'
import { stepsOf } from './boot-steps.ts'
import { BootTimeline } from './boot-timeline.tsx'
import { stagesOf } from './install-stages.ts'
import { StageList } from './stage-list.tsx'

const OUTCOMES: Readonly<Record<BootRecord['outcome'], { readonly color: string; readonly word: string }>> = {
  running: { color: 'blue', word: 'under way' },
  ready: { color: 'green', word: 'ready' },
  failed: { color: 'red', word: 'failed' },
  'given-up': { color: 'gray', word: 'began anew' },
}

interface BootPanelProps {
  readonly host: HostView
  /** Its newest events. */
  readonly events: readonly Event[]
}

/** The boot it is in, or was in last, and those before. */
export function BootPanel({ host, events }: BootPanelProps) {
  const { data, error, refetch } = useQuery(bootsQuery(host.name))
  const now = useNow(1000)
  if (error && !data) {
    return <ProblemAlert title="Its boots cannot be shown" error={error} retry={() => void refetch()} />
  }
  if (!data) return null
  const [newest, ...earlier] = data.items
  return (
    <Stack>
      <Card withBorder padding="md">
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5">
            {newest ? `Boot of ${timeInWords(newest.startedAt)}` : 'It has not been booted yet'}
          </Title>
          {newest && <Outcome boot={newest} now={now} />}
        </Group>
        <BootTimeline steps={stepsOf(newest, data.usual, host, now)} />
        {newest && <StageList stages={stagesOf(events, newest)} />}
        {newest?.reason !== undefined && <Text size="sm">{newest.reason}</Text>}
      </Card>
      {earlier.length > 0 && (
        <Card withBorder padding="md">
          <Title order={2} size="h5" mb="sm">
            Earlier boots
          </Title>
          <Stack gap="xs">
            {earlier.map((boot) => (
              <details key={`${boot.startedAt} ${boot.bootId ?? ''}`}>
                <summary>
                  <Text span size="sm">
                    {timeInWords(boot.startedAt)}
                  </Text>{' '}
                  <Outcome boot={boot} now={now} />
                </summary>
                {boot.reason !== undefined && <Text size="sm">{boot.reason}</Text>}
                <BootTimeline steps={stepsOf(boot, data.usual, undefined, now)} />
              </details>
            ))}
          </Stack>
        </Card>
      )}
    </Stack>
  )
}

function Outcome({ boot, now }: { readonly boot: BootRecord; readonly now: number }) {
  const { color, word } = OUTCOMES[boot.outcome]
  const took = durationInWords((boot.endedAt ?? now) - boot.startedAt)
  return (
    <Badge color={color} variant="light" tt="none" className="number">
      {boot.outcome === 'running' ? `${word} for ${took}` : `${word} after ${took}`}
    </Badge>
  )
}
