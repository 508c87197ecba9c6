import { Alert, Stack, Tabs } from '@mantine/core'
import { useMay } from '../../api/session.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { AuditPanel } from './audit-panel.tsx'
import { TokensPanel } from './tokens-panel.tsx'

/** Who may get in, and who did what. */
export function AccessPage() {
  const mayManage = useMay('admin')
  return (
    <Stack maw="var(--page-width)">
      <PageTitle>Access</PageTitle>
      {mayManage ? (
        <Tabs defaultValue="tokens">
          <Tabs.List aria-label="Access">
            <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
            <Tabs.Tab value="audit">Audit log</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="tokens" pt="md">
            <TokensPanel />
          </Tabs.Panel>
          <Tabs.Panel value="audit" pt="md">
            <AuditPanel />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <Alert color="gray">Tokens and the audit log are for admins.</Alert>
      )}
    </Stack>
  )
}
