import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { fleetQuery } from '../../api/discovered.ts'
import { installersQuery, isosQuery, removeInstaller } from '../../api/installers.ts'
import { useMay } from '../../api/session.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { AddInstallerDialog } from './add-installer-dialog.tsx'
import { InstallerDrawer } from './installer-drawer.tsx'
import { InstallersTable } from './installers-table.tsx'

/** The ISOs hosts are installed from. */
export function InstallersPage() {
  const { name: open } = useSearch({ from: '/installers' })
  const navigate = useNavigate({ from: '/installers' })
  const queries = useQueryClient()
  const mayAdd = useMay('admin')
  const { data, error, refetch } = useQuery(installersQuery)
  const [isAdding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<string>()
  const items = data?.items ?? []
  const show = (name?: string) => navigate({ to: '/installers', search: name === undefined ? {} : { name } })
  const refresh = async (): Promise<void> => {
    const stale = [installersQuery, isosQuery, fleetQuery]
    await Promise.all(stale.map(({ queryKey }) => queries.invalidateQueries({ queryKey })))
  }
  return (
    <Stack maw="var(--page-width)">
      <Group justify="space-between">
        <PageTitle>Installers</PageTitle>
        <Button
          disabled={!mayAdd}
          title={mayAdd ? undefined : 'it needs the role admin'}
          onClick={() => setAdding(true)}
        >
          Add installer
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        ISOs that hosts are installed from. They are read where they lie and never unpacked.
      </Text>
      {error && (
        <ProblemAlert title="The installers cannot be shown" error={error} retry={() => void refetch()} />
      )}
      {!data && !error && <Loading what="Reading the list" />}
      {data && items.length === 0 && (
        <Alert color="gray" title="No installer is registered">
          <Text size="sm">
            {mayAdd
              ? 'Add the ISO of your installer: from the server’s machine, or uploaded from here.'
              : 'An admin adds the ISO of an installer here.'}
          </Text>
        </Alert>
      )}
      {items.length > 0 && <InstallersTable installers={items} onRemove={setRemoving} />}
      {open !== undefined && (
        <InstallerDrawer
          key={open}
          name={open}
          isRegistered={items.some(({ name }) => name === open)}
          onClose={() => void show()}
          onRemove={() => setRemoving(open)}
        />
      )}
      {isAdding && (
        <AddInstallerDialog
          taken={items.map(({ name }) => name)}
          onClose={() => setAdding(false)}
          onAdded={async (name) => {
            notifications.show({ color: 'green', message: `${name} is an installer now.` })
            await refresh()
            setAdding(false)
            await show(name)
          }}
        />
      )}
      {removing !== undefined && (
        // Made when it is asked, so that it lies above the panel.
        <ConfirmDialog
          isOpen
          onClose={() => setRemoving(undefined)}
          title={`Remove installer ${removing}?`}
          deed="Remove"
          isDestructive
          onConfirm={async () => {
            await removeInstaller(removing)
            if (removing === open) await show()
            notifications.show({ color: 'green', message: `${removing} is no installer any more.` })
            await refresh()
          }}
        >
          <Text size="sm">
            Its ISO file stays where it is. It is refused as long as hosts are defined with it.
          </Text>
        </ConfirmDialog>
      )}
    </Stack>
  )
}
