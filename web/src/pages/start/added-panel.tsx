import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { arm, hostKey } from '../../api/hosts.ts'
import { useRefreshHosts } from '../../live/live-provider.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { OnSite } from './on-site.tsx'

const HALF_HOUR_MS = 30 * 60_000

interface AddedPanelProps {
  readonly name: string
  readonly onMore: () => void
}

/** A physical host is defined; it installs within a window that somebody opens. */
export function AddedPanel({ name, onMore }: AddedPanelProps) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const refreshHosts = useRefreshHosts()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const toHost = () => navigate({ to: '/hosts/$name', params: { name } })
  const openWindow = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await arm(name, HALF_HOUR_MS)
      notifications.show({ color: 'green', message: `${name} may install for 30 minutes.` })
      refreshHosts()
      await queries.invalidateQueries({ queryKey: hostKey(name) })
      await toHost()
    } catch (reason) {
      setError(reason)
      setBusy(false)
    }
  }
  return (
    <Stack maw={960}>
      <Alert color="green" title={`${name} is a host of the fleet`} role="status">
        <Text size="sm">
          Nothing is installed on it yet: anybody on the network could say to be this machine, so it gets the
          installer only within a window. Open it when somebody is about to boot the machine; from then on it
          is erased and installed when it boots from here.
        </Text>
      </Alert>
      {error !== undefined && <ProblemAlert title="The window was not opened" error={error} />}
      <Group gap="sm">
        <Button onClick={() => void openWindow()} loading={isBusy} autoFocus>
          Open the window for 30 minutes
        </Button>
        <Button variant="default" onClick={() => void toHost()}>
          Later; to the page of {name}
        </Button>
        <Button variant="default" onClick={onMore}>
          Add another
        </Button>
      </Group>
      <OnSite />
    </Stack>
  )
}
