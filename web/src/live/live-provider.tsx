import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import type { Event } from '../../../src/contract/events.ts'
import { isLoginNeeded } from '../api/problem.ts'
import { goToLogin, sessionQuery } from '../api/session.ts'
import { type EventFeed, type FeedState, openEventFeed } from './event-feed.ts'
import { createLiveHosts, type HostList, type LiveHosts } from './host-list.ts'

interface Live {
  readonly feed: EventFeed
  readonly hosts: LiveHosts
}

const LiveContext = createContext<Live | undefined>(undefined)

/** Opens the one feed of events that all pages share. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const [live, setLive] = useState<Live>()
  useEffect(() => {
    const feed = openEventFeed(() => {
      queries.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false }).catch((error: unknown) => {
        if (isLoginNeeded(error)) goToLogin()
      })
    })
    const hosts = createLiveHosts(feed)
    setLive({ feed, hosts })
    return () => {
      hosts.close()
      feed.close()
    }
  }, [queries])
  return live ? <LiveContext.Provider value={live}>{children}</LiveContext.Provider> : null
}

function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('outside of LiveProvider')
  return live
}

export function useHosts(): HostList {
  const { hosts } = useLive()
  return useSyncExternalStore(hosts.subscribe, hosts.snapshot)
}

/** Asks for the list of hosts again, after a change of one's own. */
export function useRefreshHosts(): () => void {
  return useLive().hosts.refresh
}

export function useFeedState(): FeedState {
  const { feed } = useLive()
  return useSyncExternalStore(feed.onState, feed.state)
}

/** Told every event as long as the component is there. `listener` should keep its identity. */
export function useEvents(listener: (event: Event) => void): void {
  const { feed } = useLive()
  useEffect(() => feed.onEvent(listener), [feed, listener])
}
