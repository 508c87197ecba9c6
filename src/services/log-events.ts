import type { HostEvent } from '../domain/event.ts'
import type { Log } from '../ports/log.ts'
import type { HostBook } from './host-book.ts'

/**
 * Writes every event to the log with its host and the boot it belongs to: events that carry no boot id of their own
 * (power, phases, probes) get that of the host's last boot. Returns the function that ends it.
 */
export function logEvents({ book, log }: { readonly book: HostBook; readonly log: Log }): () => void {
  const boots = new Map<string, HostEvent['bootId']>()
  return book.subscribe((event) => {
    const { host, type, data } = event
    if (event.bootId) boots.set(host, event.bootId)
    const bootId = boots.get(host)
    const fields = { host, ...(bootId ? { bootId } : {}), type, data }
    log[levelOf(event)](fields, 'host event')
  })
}

/** By the two questions of docs/internals/logging.md: who must know, and how much is affected. */
function levelOf({ type }: HostEvent): 'debug' | 'info' | 'warn' {
  switch (type) {
    case 'host.failed':
    case 'host.stalled':
    case 'config.refused':
      return 'warn'
    case 'artifact.progress':
      return 'debug'
    default:
      return 'info'
  }
}
