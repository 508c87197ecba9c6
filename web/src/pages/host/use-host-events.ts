import { useCallback, useMemo, useState } from 'react'
import type { Event } from '../../../../src/contract/events.ts'
import { useEvents } from '../../live/live-provider.tsx'

/** Events kept on the page. */
const MAX_KEPT = 300

/** `known` and those that come, each once, the newest first. Events without an id are not kept. */
export function useHostEvents(name: string, known: readonly Event[]): readonly Event[] {
  const [come, setCome] = useState<readonly Event[]>([])
  useEvents(
    useCallback(
      (event: Event) => {
        if (event.host !== name || event.id === undefined) return
        setCome((before) => [...before, event].slice(-MAX_KEPT))
      },
      [name],
    ),
  )
  return useMemo(() => {
    const byId = new Map([...known, ...come].map((event) => [event.id, event]))
    return [...byId.values()].toSorted((a, b) => (b.id ?? 0) - (a.id ?? 0)).slice(0, MAX_KEPT)
  }, [known, come])
}
