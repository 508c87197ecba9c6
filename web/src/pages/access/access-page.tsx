import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function AccessPage() {
  return (
    <Stack>
      <PageTitle>Access</PageTitle>
    </Stack>
  )
}
