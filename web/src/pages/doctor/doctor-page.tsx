import { Alert, Badge, Button, Card, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DoctorFinding, DoctorReport } from '../../../../src/contract/doctor.ts'
import { examine } from '../../api/doctor.ts'
import { useMay } from '../../api/session.ts'
import { Loading } from '../../ui/loading.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { timeInWords } from '../../ui/words.ts'
import { summaryOf, worstFirst } from './findings.ts'

const ABOUT: Readonly<Record<DoctorFinding['verdict'], { readonly color: string; readonly word: string }>> = {
  bad: { color: 'red', word: 'does not work' },
  warning: { color: 'yellow', word: 'warning' },
  good: { color: 'green', word: 'good' },
}

/** Whether all it takes is there: the same as `edgeboot doctor`, for the server as it runs. */
export function DoctorPage() {
  const mayAsk = useMay('operator')
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['doctor'],
    queryFn: examine,
    enabled: mayAsk,
    // It takes some seconds and asks the network: once a visit, and when somebody wants it again.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return (
    <Stack maw="var(--page-width)">
      <Group justify="space-between">
        <PageTitle>Doctor</PageTitle>
        <Group>
          <Text size="sm" c="dimmed" role="status">
            {isFetching ? 'Looking…' : data ? `Looked at ${timeInWords(data.at)}` : ''}
          </Text>
          <Button onClick={() => void refetch()} loading={isFetching} disabled={!mayAsk}>
            Look again
          </Button>
        </Group>
      </Group>
      {!mayAsk && <Alert color="gray">Looking needs the role operator.</Alert>}
      {error && <ProblemAlert title="The doctor could not look" error={error} retry={() => void refetch()} />}
      {isFetching && !data && <Loading what="Looking" />}
      {data && <Report report={data} />}
    </Stack>
  )
}

function Report({ report }: { readonly report: DoctorReport }) {
  return (
    <>
      <Alert color={ABOUT[report.verdict].color} title={summaryOf(report.findings)} />
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {worstFirst(report.findings).map((finding) => (
          <Finding key={`${finding.name} ${finding.detail}`} finding={finding} />
        ))}
      </Stack>
    </>
  )
}

function Finding({ finding }: { readonly finding: DoctorFinding }) {
  const { color, word } = ABOUT[finding.verdict]
  return (
    <Card withBorder padding="sm" component="li">
      <Group align="flex-start" wrap="nowrap">
        <Badge color={color} variant="light" tt="none" w={120} style={{ flexShrink: 0 }}>
          {word}
        </Badge>
        <div>
          <Text size="sm" fw={600}>
            {finding.name}
          </Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {finding.detail}
          </Text>
          {finding.remedy !== undefined && (
            <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
              <Text span fw={600} inherit>
                What to do:{' '}
              </Text>
              {finding.remedy}
            </Text>
          )}
        </div>
      </Group>
    </Card>
  )
}
