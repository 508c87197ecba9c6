import { Autocomplete, Button, Group, Select, TextInput } from '@mantine/core'
import { memo, useEffect, useRef, useState } from 'react'
import type { choicesOf } from './filter-hosts.ts'
import type { FleetSearch } from './fleet-search.ts'
import { COLUMNS } from './sort-hosts.ts'
import type { ChangeSearch } from './use-fleet-search.ts'

interface FilterBarProps {
  readonly choices: ReturnType<typeof choicesOf>
  readonly search: FleetSearch
  readonly change: ChangeSearch
}

/** Suggestions shown at a time: a fleet may have a label of its own for every host. */
const MAX_SUGGESTIONS = 50

/** On a phone there are no heads of columns to sort by. */
const SORTS = COLUMNS.flatMap(({ column, label }) => [
  { value: column, label: `by ${label.toLowerCase()}` },
  { value: `-${column}`, label: `by ${label.toLowerCase()}, last first` },
])

/** What is shown and how it is grouped; the address follows. */
export const FilterBar = memo(function FilterBar({ choices, search, change }: FilterBarProps) {
  const [text, setText] = useTyped(search.text, (text, replace) => change({ text }, replace))
  const [label, setLabel] = useTyped(search.label, (label, replace) => change({ label }, replace))
  const isFiltered = search.text || search.profile || search.label || search.phase || search.stuck
  return (
    <Group gap="xs" className="fleet-filters" role="search" aria-label="Filter hosts">
      <TextInput
        className="fleet-find"
        size="xs"
        type="search"
        aria-label="Find"
        placeholder="Name, address, MAC, UUID, label"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Profile"
        placeholder="Any profile"
        clearable
        searchable
        limit={MAX_SUGGESTIONS}
        clearButtonProps={{ 'aria-label': 'Any profile' }}
        data={[...withOwn(choices.profiles, search.profile)]}
        value={search.profile ?? null}
        onChange={(profile) => change({ profile: profile ?? undefined })}
      />
      <Autocomplete
        size="xs"
        w={190}
        aria-label="Label"
        placeholder="Label: KEY or KEY=VALUE"
        limit={MAX_SUGGESTIONS}
        data={[...choices.labels]}
        value={label}
        onChange={setLabel}
      />
      <Select
        size="xs"
        w={170}
        aria-label="Group by"
        placeholder="Not grouped"
        clearable
        clearButtonProps={{ 'aria-label': 'Not grouped' }}
        data={groupsOf(choices.labelKeys, search.group)}
        value={search.group ?? null}
        onChange={(group) => change({ group: group ?? undefined, closed: undefined })}
      />
      <Select
        size="xs"
        hiddenFrom="sm"
        aria-label="Sort by"
        allowDeselect={false}
        data={SORTS}
        value={search.sort ?? 'name'}
        onChange={(sort) => change({ sort: sort === 'name' ? undefined : (sort ?? undefined) })}
      />
      {isFiltered && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() =>
            change({
              text: undefined,
              profile: undefined,
              label: undefined,
              phase: undefined,
              stuck: undefined,
            })
          }
        >
          Clear filters
        </Button>
      )}
    </Group>
  )
}, haveSame)

/** Live hosts make new choices all the time that are the old ones. */
function haveSame(before: FilterBarProps, after: FilterBarProps): boolean {
  return (
    before.search === after.search &&
    before.change === after.change &&
    (before.choices === after.choices || JSON.stringify(before.choices) === JSON.stringify(after.choices))
  )
}

/** What is typed is there at once, the address follows; Back and Forward change what is typed. */
function useTyped(
  address: string | undefined,
  follow: (text: string | undefined, replace: boolean) => void,
): readonly [string, (text: string) => void] {
  const [typed, setTyped] = useState(address ?? '')
  const told = useRef(address)
  useEffect(() => {
    if (address === told.current) return
    told.current = address
    setTyped(address ?? '')
  }, [address])
  return [
    typed,
    (text) => {
      setTyped(text)
      // Going back leads to before the word, not through its letters.
      const isMore = told.current !== undefined && text !== ''
      told.current = text === '' ? undefined : text
      follow(told.current, isMore)
    },
  ]
}

function withOwn(values: readonly string[], own: string | undefined): readonly string[] {
  return own === undefined || values.includes(own) ? values : [...values, own]
}

function groupsOf(labelKeys: readonly string[], own: string | undefined) {
  const labels = labelKeys.map((key) => ({ value: `label:${key}`, label: `by label ${key}` }))
  const choices = [
    { value: 'profile', label: 'by profile' },
    { value: 'phase', label: 'by phase' },
    ...labels,
  ]
  return own === undefined || choices.some(({ value }) => value === own)
    ? choices
    : [...choices, { value: own, label: `by ${own.replace(':', ' ')}` }]
}
