import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function ThroughputPage() {
  return (
    <Stack>
      <PageTitle>Throughput</PageTitle>
    </Stack>
  )
}
