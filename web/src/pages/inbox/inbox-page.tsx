import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function InboxPage() {
  return (
    <Stack>
      <PageTitle>Inbox</PageTitle>
    </Stack>
  )
}
