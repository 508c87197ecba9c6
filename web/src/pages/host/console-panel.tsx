import { Alert, Button, Group, Image, Modal, Stack, Switch, Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { screenshotQuery } from '../../api/hosts.ts'
import { messageOf } from '../../api/problem.ts'
import { timeInWords } from '../../ui/words.ts'

interface ConsolePanelProps {
  readonly host: HostView
  /** False for machines that no driver reaches. */
  readonly hasConsole: boolean
}

/** A picture of its console, made anew every few seconds while it matters. */
export function ConsolePanel({ host, hasConsole }: ConsolePanelProps) {
  const [isFollowed, setFollowed] = useState(true)
  const [isLarge, setLarge] = useState(false)
  const matters = isFollowed && host.power === 'on' && host.phase !== 'ready'
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery({
    ...screenshotQuery(host.name, matters),
    enabled: hasConsole,
  })
  const url = useBlobUrl(data)
  if (!hasConsole) {
    return (
      <Alert color="gray">
        <Text size="sm">
          Nothing here sees the console of a machine that is switched by hand. What it sends over the network
          is in its log.
        </Text>
      </Alert>
    )
  }
  return (
    <Stack>
      <Group>
        <Button size="compact-sm" variant="default" onClick={() => void refetch()} loading={isFetching}>
          Refresh
        </Button>
        <Switch
          label="every 5 seconds while it boots"
          checked={isFollowed}
          onChange={(event) => setFollowed(event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed" className="number">
          {data ? timeInWords(dataUpdatedAt) : ''}
        </Text>
      </Group>
      {error && (
        <Alert color="gray" title="No picture at the moment">
          <Text size="sm">{messageOf(error)}</Text>
        </Alert>
      )}
      {url && (
        <UnstyledButton onClick={() => setLarge(true)} aria-label="Enlarge the picture of the console">
          <Image src={url} alt={`Console of ${host.name}`} fit="contain" maw={800} data-testid="console" />
        </UnstyledButton>
      )}
      <Modal
        opened={isLarge}
        onClose={() => setLarge(false)}
        title={`Console of ${host.name}`}
        size="100%"
        closeButtonProps={{ 'aria-label': 'Close' }}
        transitionProps={{ duration: 0 }}
      >
        {url && <Image src={url} alt={`Console of ${host.name}, enlarged`} fit="contain" />}
      </Modal>
    </Stack>
  )
}

/** An address for the picture, given back when another takes its place. */
function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!blob) return undefined
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
