import { Group, NumberInput, Radio, Stack, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Draft } from './draft.ts'
import { MachineFields } from './machine-fields.tsx'
import { OnSite } from './on-site.tsx'
import { PhysicalFields } from './physical-fields.tsx'
import { StepButtons } from './step-buttons.tsx'
import type { ChangeDraft } from './use-draft.ts'
import { isWithoutProblem, MAX_COUNT, whereProblems } from './where-problems.ts'

interface WhereStepProps {
  readonly draft: Draft
  readonly change: ChangeDraft
  /** Names of hosts there are. */
  readonly taken: ReadonlySet<string>
  readonly onBack: () => void
  readonly onNext: () => void
}

/** On what it is installed: machines that are made for it, or one that stands somewhere. */
export function WhereStep({ draft, change, taken, onBack, onNext }: WhereStepProps) {
  // What is still being entered is not called wrong before one wants to go on.
  const [asked, setAsked] = useState(0)
  const section = useRef<HTMLDivElement>(null)
  // Who wanted to go on is led to the first thing that is wrong.
  useEffect(() => {
    if (asked > 0) section.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [asked])
  const all = whereProblems(draft, taken)
  const shown = asked > 0 ? all : {}
  const isMade = draft.place === 'made'
  return (
    <Stack ref={section}>
      <Radio.Group
        label="Where"
        value={draft.place}
        onChange={(place) => change({ place: place === 'physical' ? 'physical' : 'made' })}
      >
        <Stack gap="sm" mt="xs">
          <Radio
            value="made"
            label="A machine made here"
            description="Created, switched on and installed by the server."
          />
          <Radio
            value="physical"
            label="A physical machine"
            description="Known by what its firmware tells; somebody switches it on."
          />
        </Stack>
      </Radio.Group>
      <Group align="flex-start" gap="sm">
        <TextInput
          label={isMade && draft.count > 1 ? 'Beginning of the names' : 'Name of the host'}
          description={
            isMade && draft.count > 1 ? `${draft.name || 'name'}-1 to -${draft.count}` : 'As in berlin-1'
          }
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value.trim() })}
          error={shown.name}
          maxLength={63}
          required
          autoComplete="off"
          spellCheck={false}
          flex={1}
          miw={220}
        />
        {isMade && (
          <NumberInput
            label="How many"
            description={`1 to ${MAX_COUNT}`}
            value={draft.count || ''}
            onChange={(count) => change({ count: Number(count) })}
            error={shown.count}
            min={1}
            max={MAX_COUNT}
            allowDecimal={false}
            hideControls
            w={120}
          />
        )}
      </Group>
      {isMade ? (
        <MachineFields
          machine={draft.machine}
          change={(part) => change({ machine: { ...draft.machine, ...part } })}
          problems={shown}
        />
      ) : (
        <>
          <PhysicalFields known={draft.known} change={change} problem={shown.known} />
          <OnSite />
        </>
      )}
      <StepButtons onBack={onBack} onNext={() => (isWithoutProblem(all) ? onNext() : setAsked(asked + 1))} />
    </Stack>
  )
}
