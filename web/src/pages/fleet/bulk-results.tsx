import { Button, Group, Progress, ScrollArea, Stack, Table, Text } from '@mantine/core'
import { messageOf } from '../../api/problem.ts'
import type { Outcome } from './run-bulk.ts'

interface BulkResultsProps {
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly isRunning: boolean
  readonly onStop: () => void
  readonly onRetry: (names: readonly string[]) => void
  readonly onClose: () => void
}

/** What is wrong comes first. */
const ORDER: readonly Outcome['state'][] = ['failed', 'running', 'stopped', 'waiting', 'done']

/** What became of each host, as it happens. */
export function BulkResults({ outcomes, isRunning, onStop, onRetry, onClose }: BulkResultsProps) {
  const all = [...outcomes]
  const namesIn = (...states: readonly Outcome['state'][]) =>
    all.flatMap(([name, { state }]) => (states.includes(state) ? [name] : []))
  const done = namesIn('done').length
  const failed = namesIn('failed').length
  const again = namesIn('failed', 'stopped')
  const isOver = (state: Outcome['state']) => state !== 'waiting' && state !== 'running'
  const over = all.filter(([, { state }]) => isOver(state)).length
  const sorted = all.toSorted(([, a], [, b]) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  return (
    <Stack gap="md">
      <Text role="status" fw={600} className="number">
        {isRunning ? `${over} of ${all.length}` : `${done} done`}
        {failed > 0 && `, ${failed} refused or failed`}
        {!isRunning && again.length > failed && `, ${again.length - failed} not tried`}
      </Text>
      <Progress.Root>
        <Progress.Section
          value={(over / Math.max(1, all.length)) * 100}
          color={failed > 0 ? 'red' : 'blue'}
          aria-label="Hosts that are through"
        />
      </Progress.Root>
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, 'aria-label': 'Results' }}>
        <Table verticalSpacing={4}>
          <Table.Tbody>
            {sorted.map(([name, outcome]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{inWords(outcome)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      <Group justify="flex-end">
        {isRunning && (
          <Button variant="default" onClick={onStop}>
            Stop
          </Button>
        )}
        {!isRunning && again.length > 0 && (
          <Button variant="default" onClick={() => onRetry(again)}>
            Try {again.length} again
          </Button>
        )}
        {!isRunning && <Button onClick={onClose}>Close</Button>}
      </Group>
    </Stack>
  )
}

function inWords(outcome: Outcome): string {
  switch (outcome.state) {
    case 'waiting':
      return 'waits for its turn'
    case 'running':
      return 'asked'
    case 'done':
      return 'done'
    case 'stopped':
      return 'not tried: stopped before'
    case 'failed':
      return messageOf(outcome.error)
  }
}
