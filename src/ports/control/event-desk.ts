import type { HostEvent, RecordedEvent } from '../../domain/event.ts'
import type { NetbootNews } from '../netboot-watch.ts'

export interface EventFilter {
  readonly host?: string | undefined
  readonly type?: string | undefined
}

export interface EventDesk {
  /** The largest id that was given to an event yet; 0 when there is none. */
  lastEventId(): Promise<number>
  /** Kept events in order of id, those after `afterId` (0: from the first). */
  eventsAfter(afterId: number, filter: EventFilter, limit: number): Promise<readonly RecordedEvent[]>
  /**
   * Tells every event from now on, those that are not kept (no `id`) as well, each after it has taken effect and,
   * if kept, after `eventsAfter` would return it. Returns the function that ends it. The listener never throws.
   */
  subscribe(listener: (event: HostEvent | RecordedEvent) => void): () => void
}

export interface NetbootControlDesk {
  /** News after the id, oldest first; where there is none, waits for some, at most so many milliseconds. */
  netbootNews(
    afterId: number | undefined,
    waitMs: number,
  ): Promise<{ readonly services: readonly string[]; readonly items: readonly NetbootNews[] }>
}
