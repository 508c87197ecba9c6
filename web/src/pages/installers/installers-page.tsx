import { Stack } from '@mantine/core'
import { PageTitle } from '../../ui/page-title.tsx'

export function InstallersPage() {
  return (
    <Stack>
      <PageTitle>Installers</PageTitle>
    </Stack>
  )
}
