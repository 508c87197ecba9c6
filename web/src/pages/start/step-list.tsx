import { Text, UnstyledButton } from '@mantine/core'
import { STEPS, type Step } from './draft.ts'

export const STEP_TITLES: Readonly<Record<Step, string>> = {
  installer: 'Installer',
  'user-data': 'User-data',
  where: 'Machine',
  review: 'Review and start',
}

interface StepListProps {
  readonly step: Step
  /** The farthest that can be gone to. */
  readonly farthest: Step
  readonly onGoTo: (step: Step) => void
}

/** Where one is; leads back, and on as far as all is there. */
export function StepList({ step, farthest, onGoTo }: StepListProps) {
  return (
    <nav aria-label="Steps">
      <ol className="steps">
        {STEPS.map((one, index) => (
          <li key={one}>
            <UnstyledButton
              className="step"
              disabled={index > STEPS.indexOf(farthest)}
              aria-current={one === step ? 'step' : undefined}
              onClick={() => onGoTo(one)}
            >
              <span className="step-number number" aria-hidden>
                {index + 1}
              </span>
              <Text span size="sm" fw={one === step ? 600 : 400}>
                {STEP_TITLES[one]}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  )
}
