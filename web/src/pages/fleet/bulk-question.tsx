import { Alert, Button, Group, List, ScrollArea, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ABOUT, type Action, hostsInWords, typedFor, type Unable } from './host-actions.ts'

interface BulkQuestionProps {
  readonly action: Action
  readonly able: readonly string[]
  readonly unable: readonly Unable[]
  readonly onCancel: () => void
  readonly onConfirm: () => void
}

/** What will happen, to which hosts by name, and to which it cannot. */
export function BulkQuestion({ action, able, unable, onCancel, onConfirm }: BulkQuestionProps) {
  const [typed, setTyped] = useState('')
  const { label, effect, isErasing, isHard } = ABOUT[action]
  const wanted = typedFor(action, able.length)
  const isGrave = isErasing === true || isHard === true
  const isAllowed = able.length > 0 && (wanted === undefined || typed.trim() === wanted)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isAllowed) onConfirm()
      }}
    >
      <Stack gap="md">
        {able.length > 0 && (
          <Alert color={isGrave ? 'red' : 'blue'} title={effect(hostsInWords(able))}>
            {able.length > 1 && (
              <ScrollArea.Autosize mah={180} viewportProps={{ tabIndex: 0, 'aria-label': 'Hosts concerned' }}>
                <List size="sm" listStyleType="none">
                  {able.map((name) => (
                    <List.Item key={name}>{name}</List.Item>
                  ))}
                </List>
              </ScrollArea.Autosize>
            )}
          </Alert>
        )}
        {unable.length > 0 && (
          <Alert
            color="gray"
            title={
              able.length === 0 ? 'Nothing can be done' : `${unable.length} of the selected are left out`
            }
          >
            <ScrollArea.Autosize mah={120} viewportProps={{ tabIndex: 0, 'aria-label': 'Hosts left out' }}>
              <List size="sm" listStyleType="none">
                {unable.map(({ name, why }) => (
                  <List.Item key={name}>
                    <b>{name}</b>: {why}
                  </List.Item>
                ))}
              </List>
            </ScrollArea.Autosize>
          </Alert>
        )}
        {wanted !== undefined && (
          <TextInput
            label={`Type ${wanted}, the number of hosts, to go on`}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" color={isGrave ? 'red' : 'blue'} disabled={!isAllowed}>
            {label}
            {able.length > 1 ? ` ${able.length} hosts` : ''}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
