import type { HostEvent } from '../domain/event.ts'
import type { Life } from '../domain/life.ts'

/** Counts what happens, for monitoring. Never slows down or fails what it counts. */
export interface Metrics {
  /** One event that took effect, and the life after it. */
  observe(event: HostEvent, life: Pick<Life, 'phase' | 'history'>): void
  /** A host that was there before anything happened in this process. */
  place(host: string, life: Pick<Life, 'phase'>): void
  /** A host that was removed. */
  forget(host: string): void
  /** Everything in the text format that Prometheus reads. */
  text(): Promise<string>
  /** The `Content-Type` of `text()`. */
  readonly contentType: string
}
