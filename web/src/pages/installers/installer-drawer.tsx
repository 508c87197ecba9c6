import { Button, Drawer, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { contentsQuery } from '../../api/installers.ts'
import { useMay } from '../../api/session.ts'
import { ContentsView } from '../../installers/contents-view.tsx'
import { Loading } from '../../ui/loading.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'

interface InstallerDrawerProps {
  readonly name: string
  /** Whether there is anything to remove. */
  readonly isRegistered: boolean
  readonly onClose: () => void
  readonly onRemove: () => void
}

/** A registered installer with what is inside its ISO. */
export function InstallerDrawer({ name, isRegistered, onClose, onRemove }: InstallerDrawerProps) {
  const { data, error, isFetching, refetch } = useQuery(contentsQuery(name))
  const mayRemove = useMay('admin')
  return (
    <Drawer
      opened
      onClose={onClose}
      title={`Installer ${name}`}
      position="right"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <Stack>
        {error && (
          <ProblemAlert title="What is inside cannot be shown" error={error} retry={() => void refetch()} />
        )}
        {!data && isFetching && <Loading what="Looking inside" />}
        {data && <ContentsView contents={data} isRegistered />}
        {isRegistered && (
          <Group justify="flex-end">
            <Button
              variant="default"
              disabled={!mayRemove}
              title={mayRemove ? undefined : 'it needs the role admin'}
              onClick={onRemove}
            >
              Remove…
            </Button>
          </Group>
        )}
      </Stack>
    </Drawer>
  )
}
