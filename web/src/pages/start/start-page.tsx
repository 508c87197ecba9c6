import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function StartPage() {
  return (
    <Stack>
      <PageTitle>Start</PageTitle>
    </Stack>
  )
}
