import { Button, Group, Text } from '@mantine/core'
import { useId } from 'react'

interface StepButtonsProps {
  readonly onBack?: () => void
  readonly onNext: () => void
  /** Why it does not go on yet; it does without. */
  readonly reasonAgainst?: string | undefined
  readonly deed?: string
  readonly isBusy?: boolean
}

/** Back and on, with the reason beside it when it does not go on. */
export function StepButtons({
  onBack,
  onNext,
  reasonAgainst,
  deed = 'Next',
  isBusy = false,
}: StepButtonsProps) {
  const reasonId = useId()
  return (
    <Group gap="sm">
      {onBack && (
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
      )}
      <Button
        onClick={onNext}
        disabled={reasonAgainst !== undefined}
        loading={isBusy}
        aria-describedby={reasonAgainst === undefined ? undefined : reasonId}
      >
        {deed}
      </Button>
      {reasonAgainst !== undefined && (
        <Text size="sm" c="dimmed" id={reasonId}>
          {reasonAgainst}
        </Text>
      )}
    </Group>
  )
}
