import { useCallback, useMemo, useState } from 'react'
import type { HostView } from '../../../../src/contract/hosts.ts'

export type Select = (names: readonly string[], isSelected: boolean) => void

interface Selection {
  readonly selected: ReadonlySet<string>
  readonly select: Select
  readonly clear: () => void
}

/** The hosts that were picked, by name, as long as they are there. Filters do not take hosts out of it. */
export function useSelection(hosts: readonly HostView[]): Selection {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const selected = useMemo(() => {
    if (picked.size === 0) return picked
    const there = hosts.filter(({ name }) => picked.has(name))
    return there.length === picked.size ? picked : new Set(there.map(({ name }) => name))
  }, [picked, hosts])
  const select = useCallback<Select>((names, isSelected) => {
    setPicked((before) => {
      const after = new Set(before)
      for (const name of names) {
        if (isSelected) after.add(name)
        else after.delete(name)
      }
      return after
    })
  }, [])
  const clear = useCallback(() => setPicked(new Set()), [])
  return { selected, select, clear }
}
