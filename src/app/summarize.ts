import type { Host } from '../domain/host.ts'
import { newLife } from '../domain/life.ts'
import { type HostSummary, summarizeHost, type UpSummary } from '../domain/summary.ts'
import type { HostBook } from '../services/host-book.ts'
import type { Workplace } from './workplace.ts'

/** What a run came to. A host whose provisioning broke off carries the reason. */
export async function summarize(input: {
  readonly hosts: readonly Host[]
  readonly outcomes: readonly PromiseSettledResult<unknown>[]
  readonly book: HostBook
  readonly place: Workplace
  readonly bootScriptUrl: string
  readonly localUiPort?: number
}): Promise<UpSummary> {
  const { hosts, outcomes, book, place, bootScriptUrl } = input
  const summaries = await Promise.all(
    hosts.map(async (host, index): Promise<HostSummary> => {
      const state = book.state(host.name)
      const machine = await place.driver.find(host.name, AbortSignal.timeout(10_000)).catch(() => undefined)
      const at = input.localUiPort === undefined ? undefined : machine?.endpoint(input.localUiPort)
      const outcome = outcomes[index]
      const now = place.clock.now()
      const summary = summarizeHost(host, state?.life ?? newLife(now), now)
      const pictures = await place.store.events({ host: host.name })
      const last = pictures.findLast((event) => event.type === 'console.screenshot')
      return {
        ...summary,
        ...(outcome?.status === 'rejected' && !summary.reason
          ? { reason: String(outcome.reason?.message ?? outcome.reason) }
          : {}),
        ...(at ? { localUi: `https://${at.host}:${at.port}` } : {}),
        ...(machine?.consoleLogPath ? { console: machine.consoleLogPath } : {}),
        ...(last?.type === 'console.screenshot' ? { screenshot: last.data.path } : {}),
      }
    }),
  )
  return { hosts: summaries, bootScriptUrl, dataDirectory: place.directory }
}
