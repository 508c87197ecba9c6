import type { Host } from '../domain/host.ts'
import { type HostSummary, summarizeHost, type UpSummary } from '../domain/summary.ts'
import type { Machine, MachineDrivers } from '../ports/machine-driver.ts'
import type { Site } from './open-site.ts'
import type { Workplace } from './workplace.ts'

/** What a run came to. A host whose provisioning broke off carries the reason. */
export async function summarize(input: {
  readonly names: readonly string[]
  readonly site: Site
  readonly place: Workplace
  readonly bootScriptUrl: string
  readonly localUiPort: number
}): Promise<UpSummary> {
  const { names, site, place, bootScriptUrl } = input
  const summaries = await Promise.all(
    names.map(async (name): Promise<HostSummary | undefined> => {
      const state = site.book.state(name)
      if (!state) return undefined
      const machine = await findMachine(state.host, place.drivers)
      const at = machine?.endpoint(input.localUiPort)
      const summary = summarizeHost(state.host, state.life, place.clock.now())
      const pictures = await place.store.events({ host: name })
      const last = pictures.findLast((event) => event.type === 'console.screenshot')
      const trouble = site.runner.trouble(name)
      return {
        ...summary,
        ...(trouble && !summary.reason ? { reason: trouble } : {}),
        ...(at ? { localUi: `https://${at.host}:${at.port}` } : {}),
        ...(machine?.consoleLogPath ? { console: machine.consoleLogPath } : {}),
        ...(last?.type === 'console.screenshot' ? { screenshot: last.data.path } : {}),
      }
    }),
  )
  const hosts = summaries.filter((summary) => summary !== undefined)
  return { hosts, bootScriptUrl, dataDirectory: place.directory }
}

/** For what there is to say of it; a hypervisor that does not answer is no reason to say nothing. */
async function findMachine(
  { name, driver, spec }: Host,
  drivers: MachineDrivers,
): Promise<Machine | undefined> {
  try {
    return spec ? await drivers.of(driver).find(name, AbortSignal.timeout(10_000)) : undefined
  } catch {
    return undefined
  }
}
