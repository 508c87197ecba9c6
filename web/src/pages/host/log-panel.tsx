import { Button, CopyButton, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { type LogSource, logQuery } from '../../api/hosts.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { TextBox } from '../../ui/text-box.tsx'
import { linesWith, terminalText } from './terminal-text.ts'

/** Bytes asked for of each source. */
const TAIL_BYTES = 131_072
/** A line or two above the end is still the end. */
const NEAR_END_PX = 40

const SOURCES = [
  { value: '', label: 'what there is' },
  { value: 'serial', label: 'serial console' },
  { value: 'network', label: 'sent over the network' },
  { value: 'all', label: 'both' },
]

/** What iPXE, the kernel and the installer said, to the end. */
export function LogPanel({ host }: { readonly host: HostView }) {
  const [source, setSource] = useState('')
  const [wanted, setWanted] = useState('')
  const [isFollowed, setFollowed] = useState(true)
  const box = useRef<HTMLElement>(null)
  // Whoever has scrolled up to read is left where they are.
  const isAtEnd = useRef(true)
  const { data, error, refetch } = useQuery(
    logQuery(host.name, source === '' ? undefined : (source as LogSource), TAIL_BYTES, isFollowed),
  )
  const text = linesWith(terminalText(data ?? ''), wanted)
  useEffect(() => {
    if (isFollowed && isAtEnd.current && text && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [isFollowed, text])
  return (
    <Stack>
      <Group align="flex-end">
        <NativeSelect
          label="Source"
          data={SOURCES}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
        <TextInput
          label="Lines with"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Switch
          label="follow"
          checked={isFollowed}
          onChange={(event) => setFollowed(event.currentTarget.checked)}
          pb={8}
        />
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={() => saveAs(`${host.name}.log`, text)}>
          Download
        </Button>
      </Group>
      {error && <ProblemAlert title="Its log cannot be shown" error={error} retry={() => void refetch()} />}
      {data !== undefined && text === '' && (
        <Text size="sm" c="dimmed">
          {data === '' ? 'It has not said anything yet.' : 'No line has that in it.'}
        </Text>
      )}
      {text !== '' && (
        <TextBox
          label="Log"
          boxRef={box}
          onScroll={({ scrollTop, scrollHeight, clientHeight }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
          }}
        >
          {text}
        </TextBox>
      )}
    </Stack>
  )
}

function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
