import { Stack, Table, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fleetQuery } from '../../api/discovered.ts'
import { addHosts } from '../../api/new-hosts.ts'
import { useMay } from '../../api/session.ts'
import { useRefreshHosts } from '../../live/live-provider.tsx'
import { findingsInWords } from '../../ui/editor/findings-in-words.ts'
import type { CheckedText } from '../../ui/editor/use-user-data-check.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import type { Draft } from './draft.ts'
import { requestOf } from './request-of.ts'
import { reviewOf } from './review-of.ts'
import { StepButtons } from './step-buttons.tsx'
import { namesOf } from './where-problems.ts'

interface ReviewStepProps {
  readonly draft: Draft
  readonly userData: string
  readonly checked: CheckedText
  readonly onBack: () => void
  /** They are hosts now; `draft` and user-data are done with. */
  readonly onAdded: (names: readonly string[]) => void
}

/** All of it once more, and the start. */
export function ReviewStep({ draft, userData, checked, onBack, onAdded }: ReviewStepProps) {
  const mayAct = useMay('operator')
  const refreshHosts = useRefreshHosts()
  const queries = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const names = namesOf(draft)
  const start = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const { warnings } = await addHosts(requestOf(draft, userData))
      for (const message of warnings) {
        notifications.show({ color: 'yellow', title: 'To be known', message, autoClose: 20_000 })
      }
      onAdded(names)
      refreshHosts()
      await queries.invalidateQueries({ queryKey: fleetQuery.queryKey })
    } catch (reason) {
      setError(reason)
      setBusy(false)
    }
  }
  const rows = [...reviewOf(draft), ['User-data', checked.check ? findingsInWords(checked.check) : '']]
  return (
    <Stack>
      <Table verticalSpacing={6} variant="vertical" layout="fixed">
        <Table.Tbody>
          {rows.map(([what, value]) => (
            <Table.Tr key={what}>
              <Table.Th w={{ base: 110, xs: 180 }}>{what}</Table.Th>
              <Table.Td className="anywhere">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm">
        {draft.place === 'made'
          ? 'The server makes the machines now, switches them on and installs them.'
          : 'The disk of the machine is erased when it boots from here within a window that is opened next.'}
      </Text>
      {error !== undefined && <ProblemAlert title="Nothing was started" error={error} />}
      <StepButtons
        onBack={onBack}
        onNext={() => void start()}
        deed="Start"
        isBusy={isBusy}
        reasonAgainst={mayAct ? undefined : 'It needs the role operator.'}
      />
    </Stack>
  )
}
