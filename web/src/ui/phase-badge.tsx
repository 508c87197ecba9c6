import { Badge } from '@mantine/core'
import type { Phase } from '../../../src/domain/phase.ts'
import { PHASE_COLORS } from '../app/theme.ts'

/** The phase in its colour; the word is what counts. */
export function PhaseBadge({ phase }: { readonly phase: Phase }) {
  return (
    <Badge color={PHASE_COLORS[phase]} variant="outline" tt="none">
      {phase}
    </Badge>
  )
}
