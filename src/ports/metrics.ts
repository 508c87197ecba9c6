import type { HostEvent, ScriptAction } from '../domain/event.ts'
import type { Life } from '../domain/life.ts'

/** Counts what happens, for monitoring. Never slows down or fails what it counts. */
export interface Metrics {
  /** One event that took effect, and the life after it. */
  observe(event: HostEvent, life: Life): void
  /** A script was handed to a machine that is no host, which is no event. */
  answered(action: ScriptAction): void
  /** Everything in the text format that Prometheus reads; `lives` are those of all hosts there are now. */
  text(lives: Iterable<Pick<Life, 'phase'>>): Promise<string>
  /** The `Content-Type` of `text()`. */
  readonly contentType: string
}
