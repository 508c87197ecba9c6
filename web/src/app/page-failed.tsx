import { Alert, Button, Stack, Text } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem.ts'
import { PageTitle } from '../ui/page-title.tsx'

/** What stands where a page could not be shown. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Alert color="red" title="This page cannot be shown" role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{messageOf(error)}</Text>
        <Button size="compact-sm" variant="default" onClick={reset}>
          Try again
        </Button>
      </Stack>
    </Alert>
  )
}

/** What stands at an address where there is no page. */
export function NotFound() {
  return (
    <Stack align="flex-start">
      <PageTitle>There is no such page</PageTitle>
      <Text component={Link} to="/" c="blue">
        To the fleet
      </Text>
    </Stack>
  )
}
