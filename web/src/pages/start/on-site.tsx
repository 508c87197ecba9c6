import { Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { aboutQuery } from '../../api/about.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { CopyLine } from './copy-line.tsx'

/** What somebody does at the machine: three ways to its script. */
export function OnSite() {
  const { data: about, error, refetch } = useQuery(aboutQuery)
  if (error && !about)
    return (
      <ProblemAlert title="The server's address cannot be shown" error={error} retry={() => void refetch()} />
    )
  if (!about) return null
  const { bootUrl, bootScriptUrl, services } = about
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="on-site">
      <Stack gap="sm">
        <Title order={3} size="h5" id="on-site">
          What to do on site: one of these
        </Title>
        <Stack gap={4}>
          <Text size="sm">Let it boot from the network.</Text>
          <Text size="sm" c="dimmed">
            {services.length > 0
              ? `Answering here: ${services.join(' · ')}.`
              : 'Nothing answers firmware here: the server would have to be started with --dhcp proxy.'}
          </Text>
        </Stack>
        <Stack gap={4}>
          <Text size="sm">Boot it from a stick or CD that this makes, wherever edgeboot is installed:</Text>
          <CopyLine label="command that makes a boot medium">
            {`edgeboot media build --server-url ${bootUrl} --out edgeboot.iso`}
          </CopyLine>
        </Stack>
        <Stack gap={4}>
          <Text size="sm">Type this at the prompt of an iPXE that it has already (Ctrl+B):</Text>
          <CopyLine label="line for the iPXE prompt">{`chain ${bootScriptUrl}`}</CopyLine>
        </Stack>
      </Stack>
    </Paper>
  )
}
