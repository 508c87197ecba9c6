import { Group, Select, TextInput } from '@mantine/core'
import type { Draft } from './draft.ts'
import { KNOWN_BY_WORDS } from './review-of.ts'
import type { ChangeDraft } from './use-draft.ts'

const KNOWN_BY = (['mac', 'uuid', 'serial'] as const).map((value) => ({
  value,
  label: KNOWN_BY_WORDS[value],
}))

interface PhysicalFieldsProps {
  readonly known: Draft['known']
  readonly change: ChangeDraft
  readonly problem: string | undefined
}

/** By what the machine is known when it asks. */
export function PhysicalFields({ known, change, problem }: PhysicalFieldsProps) {
  return (
    <Group align="flex-start" gap="sm">
      <Select
        label="Known by"
        data={KNOWN_BY}
        value={known.by}
        onChange={(by) => change({ known: { ...known, by: by ?? 'mac' } })}
        allowDeselect={false}
        w={220}
      />
      <TextInput
        label={KNOWN_BY_WORDS[known.by]}
        value={known.value}
        onChange={(event) => change({ known: { ...known, value: event.currentTarget.value } })}
        error={problem}
        maxLength={256}
        required
        autoComplete="off"
        spellCheck={false}
        flex={1}
        miw={220}
      />
    </Group>
  )
}
