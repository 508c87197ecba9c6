import { Alert, List, Stack, Text, Title } from '@mantine/core'
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
    <Alert color="gray" variant="outline">
      <Stack gap="sm">
        <Title order={3} size="h5">
          What to do on site, one of these
        </Title>
        <List type="ordered" size="sm" spacing="sm" className="on-site">
          <List.Item>
            <Text size="sm">Let it boot from the network.</Text>
            <Text size="sm" c="dimmed">
              {services.length > 0
                ? `Answering here: ${services.join(' · ')}.`
                : 'Nothing answers firmware here: the server would have to be started with --dhcp proxy.'}
            </Text>
          </List.Item>
          <List.Item>
            <Text size="sm">
              Or boot it from a stick or CD that is made of this, where edgeboot is installed:
            </Text>
            <CopyLine label="Command that makes a boot medium">
              {`edgeboot media build --server-url ${bootUrl} --out edgeboot.iso`}
            </CopyLine>
          </List.Item>
          <List.Item>
            <Text size="sm">Or type this at the prompt of an iPXE that is there (Ctrl+B):</Text>
            <CopyLine label="Line for the iPXE prompt">{`chain ${bootScriptUrl}`}</CopyLine>
          </List.Item>
        </List>
      </Stack>
    </Alert>
  )
}
