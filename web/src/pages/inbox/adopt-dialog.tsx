import { Alert, Select, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { adopt, type DiscoveredMachine, fleetQuery } from '../../api/discovered.ts'
import { useRefreshHosts } from '../../live/live-provider.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { hostNameFor } from './host-name-for.ts'

interface AdoptDialogProps {
  readonly machine: DiscoveredMachine
  readonly onClose: () => void
  readonly onAdopted: () => Promise<void>
}

/** Makes a host of an unknown machine: a name and a profile, both proposed. */
export function AdoptDialog({ machine, onClose, onAdopted }: AdoptDialogProps) {
  const { data: fleet } = useQuery(fleetQuery)
  const refreshHosts = useRefreshHosts()
  const profiles = fleet?.profiles.map((profile) => profile.name) ?? []
  const [name, setName] = useState(() => hostNameFor(machine.told))
  const [chosen, setChosen] = useState<string | null>(null)
  const profile = chosen ?? profiles[0] ?? null
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title="Adopt this machine"
      deed="Adopt"
      onConfirm={async () => {
        if (profile === null) throw new Error('Choose a profile: it says what the machine becomes.')
        await adopt(machine.id, name.trim(), profile)
        notifications.show({ color: 'green', message: `${name.trim()} is a host of the fleet now.` })
        refreshHosts()
        await onAdopted()
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          value={name}
          maxLength={63}
          required
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label="Profile"
          description="What it becomes: installer, user-data and all that was asked for."
          data={profiles}
          value={profile}
          allowDeselect={false}
          onChange={setChosen}
        />
        {fleet && profiles.length === 0 && (
          <Alert color="yellow">
            <Text size="sm">The fleet has no profile yet: apply a fleet file with one.</Text>
          </Alert>
        )}
        <Text size="sm">
          A machine known by its MAC address alone installs only within a window that is opened for it: switch
          it on from its page, or arm it there.
        </Text>
      </Stack>
    </ConfirmDialog>
  )
}
