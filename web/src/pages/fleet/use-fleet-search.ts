import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { type FleetSearch, parseFleetSearch } from './fleet-search.ts'

/** What is given is set; `undefined` takes it out of the address. */
export type SearchChange = { readonly [K in keyof FleetSearch]?: FleetSearch[K] | undefined }

export type ChangeSearch = (change: SearchChange, replace?: boolean) => void

/** The view as the address has it. `replace` leaves no step for the Back button. */
export function useFleetSearch(): readonly [FleetSearch, ChangeSearch] {
  const address = useSearch({ from: '/' })
  // The router hands on what it could not make sense of as well.
  const search = useMemo(() => parseFleetSearch({ ...address }), [address])
  const navigate = useNavigate({ from: '/' })
  const change = useCallback<ChangeSearch>(
    (change, replace = false) => {
      void navigate({
        search: (before) => withoutHoles({ ...parseFleetSearch({ ...before }), ...change }),
        replace,
        resetScroll: false,
      })
    },
    [navigate],
  )
  return [search, change]
}

function withoutHoles(search: SearchChange): FleetSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
