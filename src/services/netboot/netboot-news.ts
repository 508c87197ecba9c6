import { createRateLimiter, type RateLimit } from '../../domain/rate-limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NetbootNews, NetbootWatch } from '../../ports/netboot-watch.ts'

/** What is told of one client; firmware asks four times and then begins again. */
const PER_CLIENT: RateLimit = { perSecond: 0.5, burst: 10 }
/** A flood of made-up clients must not push everything else out of sight at once. */
const IN_ALL: RateLimit = { perSecond: 50, burst: 200 }
const KEPT = 500

/** Takes the news of all netboot services, as long as they are not too many. */
export interface NetbootNewsDesk extends NetbootWatch {
  /** False when it was dropped because there is too much of it. */
  tell(news: Omit<NetbootNews, 'id' | 'time'>): boolean
}

export function createNetbootNews(clock: Clock): NetbootNewsDesk {
  const perClient = createRateLimiter(PER_CLIENT)
  const inAll = createRateLimiter(IN_ALL)
  const listeners = new Set<(news: NetbootNews) => void>()
  const kept: NetbootNews[] = []
  let lastId = 0
  return {
    tell(told) {
      const now = clock.now()
      const key = `${told.mac ?? told.address ?? ''} ${told.service} ${told.action}`
      // Hosts of the fleet are seen whatever strangers do.
      if (!perClient.take(key, now) || (told.host === undefined && !inAll.take('', now))) return false
      lastId += 1
      const news = { id: lastId, time: now, ...told }
      kept.push(news)
      if (kept.length > KEPT) kept.shift()
      for (const listener of listeners) listener(news)
      return true
    },
    recent: (afterId = 0) => kept.filter(({ id }) => id > afterId),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
