import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function HostPage() {
  return (
    <Stack>
      <PageTitle>Host</PageTitle>
    </Stack>
  )
}
