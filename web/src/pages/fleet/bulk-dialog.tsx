import { Modal } from '@mantine/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { useRefreshHosts } from '../../live/live-provider.tsx'
import { BulkQuestion } from './bulk-question.tsx'
import { BulkResults } from './bulk-results.tsx'
import { ABOUT, type Action, judge } from './host-actions.ts'
import { type Outcome, runBulk } from './run-bulk.ts'
import { sendAction } from './send-action.ts'

interface BulkDialogProps {
  readonly action: Action
  readonly hosts: readonly HostView[]
  readonly onClose: () => void
}

/** Asks, does it host by host, and says what became of each. */
export function BulkDialog({ action, hosts, onClose }: BulkDialogProps) {
  const refresh = useRefreshHosts()
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>()
  const [isRunning, setRunning] = useState(false)
  const stopper = useRef<AbortController>(undefined)
  const { able, unable } = useMemo(() => judge(action, hosts), [action, hosts])
  // Leaving the page stops it as well.
  useEffect(() => () => stopper.current?.abort(), [])

  const run = useCallback(
    async (names: readonly string[]): Promise<void> => {
      const current = new AbortController()
      stopper.current = current
      setRunning(true)
      setOutcomes((before) => new Map([...(before ?? []), ...names.map((name) => [name, WAITING] as const)]))
      await runBulk(
        names,
        (name) => sendAction(action, name),
        (name, outcome) => setOutcomes((before) => new Map(before).set(name, outcome)),
        current.signal,
      )
      setRunning(false)
      refresh()
    },
    [action, refresh],
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={titleOf(action, hosts)}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      closeOnClickOutside={!isRunning}
      closeOnEscape={!isRunning}
      withCloseButton={!isRunning}
      transitionProps={{ duration: 0 }}
    >
      {outcomes ? (
        <BulkResults
          outcomes={outcomes}
          isRunning={isRunning}
          onStop={() => stopper.current?.abort()}
          onRetry={(names) => void run(names)}
          onClose={onClose}
        />
      ) : (
        <BulkQuestion
          action={action}
          able={able}
          unable={unable}
          onCancel={onClose}
          onConfirm={() => void run(able)}
        />
      )}
    </Modal>
  )
}

const WAITING: Outcome = { state: 'waiting' }

function titleOf(action: Action, hosts: readonly HostView[]): string {
  const { label } = ABOUT[action]
  return hosts.length === 1 ? `${label}: ${hosts[0]?.name}` : `${label}: ${hosts.length} hosts`
}
