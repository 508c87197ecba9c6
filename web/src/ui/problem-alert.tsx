import { Alert, Button, List, Stack, Text } from '@mantine/core'
import { ApiProblem, messageOf } from '../api/problem.ts'

interface ProblemAlertProps {
  readonly error: unknown
  /** What was tried, as a heading: "The host could not be restarted". */
  readonly title: string
  readonly retry?: (() => void) | undefined
}

/** Says what went wrong, in the words of the server. */
export function ProblemAlert({ error, title, retry }: ProblemAlertProps) {
  const places = error instanceof ApiProblem ? error.errors : []
  return (
    <Alert color="red" title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{messageOf(error)}</Text>
        {places.length > 0 && (
          <List size="sm">
            {places.map(({ path, message }) => (
              <List.Item key={`${path} ${message}`}>
                {path}: {message}
              </List.Item>
            ))}
          </List>
        )}
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
