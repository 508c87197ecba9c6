import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addInstaller, inspectIso, installersQuery, isosQuery } from '../../api/installers.ts'
import { ContentsView } from '../../installers/contents-view.tsx'
import { installerNameFor } from '../../installers/iso-names.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'

interface RegisterPanelProps {
  readonly isoPath: string
  /** Names of installers there are. */
  readonly taken: readonly string[]
  readonly onRegistered: (name: string) => void
}

/** What is inside an ISO that is not registered, and its registration. */
export function RegisterPanel({ isoPath, taken, onRegistered }: RegisterPanelProps) {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['inspected-iso', isoPath],
    queryFn: () => inspectIso(isoPath),
    retry: false,
  })
  const [typed, setTyped] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<unknown>()
  const name = typed ?? installerNameFor(isoPath, taken)
  const register = async (): Promise<void> => {
    setBusy(true)
    setRefusal(undefined)
    try {
      const made = await addInstaller({ name: name.trim(), isoPath })
      notifications.show({ color: 'green', message: `${made.name} is registered.` })
      await Promise.all(
        [installersQuery, isosQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })),
      )
      onRegistered(made.name)
    } catch (reason) {
      setRefusal(reason)
      setBusy(false)
    }
  }
  if (error)
    return <ProblemAlert title="There is no installer in it" error={error} retry={() => void refetch()} />
  if (!data) {
    return (
      <Group gap="sm" role="status">
        <Loader size="sm" />
        <Text size="sm">Looking inside…</Text>
      </Group>
    )
  }
  return (
    <Stack gap="sm">
      <ContentsView contents={data} isRegistered={false} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void register()
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name of the installer"
            value={name}
            onChange={(event) => setTyped(event.currentTarget.value)}
            maxLength={128}
            required
            miw={240}
          />
          <Button type="submit" loading={isBusy}>
            Register
          </Button>
        </Group>
      </form>
      {refusal !== undefined && <ProblemAlert title="It was not registered" error={refusal} />}
    </Stack>
  )
}
