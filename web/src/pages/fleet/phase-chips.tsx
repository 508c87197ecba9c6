import { Group, UnstyledButton } from '@mantine/core'
import { memo } from 'react'
import type { Phase } from '../../../../src/domain/phase.ts'
import { PHASE_COLORS } from '../../app/theme.ts'
import { type countsOf, MOVING_PHASES } from './filter-hosts.ts'
import { type FleetSearch, phasesIn } from './fleet-search.ts'
import type { ChangeSearch } from './use-fleet-search.ts'

interface PhaseChipsProps {
  readonly counts: ReturnType<typeof countsOf>
  readonly search: FleetSearch
  readonly change: ChangeSearch
}

/** How many hosts are in each phase; each is a filter. */
export function PhaseChips({ counts, search, change }: PhaseChipsProps) {
  const chosen = phasesIn(search.phase)
  const isMovingChosen =
    chosen.length === MOVING_PHASES.length && MOVING_PHASES.every((phase) => chosen.includes(phase))
  const toggle = (phase: Phase): void => {
    const others = isMovingChosen ? [] : chosen.filter((other) => other !== phase)
    const next = chosen.includes(phase) && !isMovingChosen ? others : [...others, phase]
    change({ phase: next.join(',') || undefined })
  }
  return (
    <Group gap={6} className="fleet-chips" role="group" aria-label="Hosts by phase">
      <Chip
        name="all"
        count={counts.all}
        isOn={chosen.length === 0 && !search.stuck}
        onClick={() => change({ phase: undefined, stuck: undefined })}
      />
      <Chip
        name="moving"
        count={counts.moving}
        isOn={isMovingChosen}
        onClick={() => change({ phase: isMovingChosen ? undefined : MOVING_PHASES.join(',') })}
      />
      <Chip
        name="stuck"
        count={counts.stuck}
        color="orange"
        isOn={search.stuck === 'yes'}
        onClick={() => change({ stuck: search.stuck ? undefined : 'yes' })}
      />
      {counts.phases.map(([phase, count]) => (
        <Chip
          key={phase}
          name={phase}
          count={count}
          color={PHASE_COLORS[phase]}
          isOn={!isMovingChosen && chosen.includes(phase)}
          onClick={() => toggle(phase)}
        />
      ))}
    </Group>
  )
}

interface ChipProps {
  readonly name: string
  readonly count: number
  readonly color?: string
  readonly isOn: boolean
  readonly onClick: () => void
}

const Chip = memo(function Chip({ name, count, color = 'gray', isOn, onClick }: ChipProps) {
  return (
    <UnstyledButton
      className="fleet-chip"
      aria-pressed={isOn}
      data-color={color}
      onClick={onClick}
      aria-label={`${name}: ${count}`}
    >
      <span className="fleet-dot" style={{ background: `var(--mantine-color-${color}-outline)` }} />
      {name} <b className="number">{count}</b>
    </UnstyledButton>
  )
})
