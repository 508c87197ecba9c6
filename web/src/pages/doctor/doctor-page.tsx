import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function DoctorPage() {
  return (
    <Stack>
      <PageTitle>Doctor</PageTitle>
    </Stack>
  )
}
