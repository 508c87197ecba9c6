import type { NetbootControlDesk } from '../../ports/control/event-desk.ts'
import type { NetbootWatch } from '../../ports/netboot-watch.ts'
import type { ControlParts } from './control-parts.ts'

/** Clients that wait for news at a time; further ones are answered at once. */
const MAX_WAITING = 32

/** News of the services for firmware. */
export function createNetbootControlDesk({ netboot, clock, signal }: ControlParts): NetbootControlDesk {
  let waiting = 0
  return {
    async netbootNews(afterId, waitMs) {
      const services = netboot?.services ?? []
      const watch = netboot?.watch
      if (!watch) return { services, items: [] }
      if (waitMs > 0 && waiting < MAX_WAITING && watch.recent(afterId).length === 0) {
        waiting += 1
        try {
          await nextNews(watch, waitMs)
        } finally {
          waiting -= 1
        }
      }
      return { services, items: watch.recent(afterId) }
    },
  }

  async function nextNews(watch: NetbootWatch, waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const unsubscribe = watch.subscribe(() => resolve())
    const over = new AbortController()
    try {
      await Promise.race([
        promise,
        clock.sleep(waitMs, AbortSignal.any([signal, over.signal])).catch(() => undefined),
      ])
    } finally {
      unsubscribe()
      over.abort(new Error('answered'))
    }
  }
}
