import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { servedTextQuery } from '../../api/hosts.ts'
import { messageOf } from '../../api/problem.ts'
import { TextBox } from '../../ui/text-box.tsx'

interface ServedTextPanelProps {
  readonly name: string
  readonly what: 'script' | 'user-data'
}

/** What it was handed in its present boot, secrets masked. */
export function ServedTextPanel({ name, what }: ServedTextPanelProps) {
  const { data, error } = useQuery(servedTextQuery(name, what))
  const title = what === 'script' ? 'Script' : 'User-data'
  if (error) {
    return (
      <Alert color="gray" title="Nothing to show">
        <Text size="sm">{messageOf(error)}</Text>
      </Alert>
    )
  }
  if (data === undefined) return null
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {data.isAsServed
            ? 'Exactly what the host was handed; secrets are masked.'
            : 'What the host would be handed as everything stands now; secrets are masked.'}
        </Text>
        <CopyButton value={data.text}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <TextBox label={title}>{data.text}</TextBox>
    </Stack>
  )
}
