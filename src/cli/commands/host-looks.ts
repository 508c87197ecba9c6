import type { Command } from 'commander'
import type { HostView } from '../../contract/hosts.ts'
import type { CommandContext } from '../command-context.ts'
import { addHostFilter, filterOf, type HostFilter, isEverything } from '../hosts/host-filter.ts'
import {
  formatEvents,
  formatHostDetail,
  formatHostSummaries,
  formatHostViews,
  withSummaryFields,
} from '../output/host-table.ts'
import { formatTable } from '../output/table.ts'
import { addServerOptions, connect, findServer, type ServerValues } from '../server-options.ts'

type ListValues = ServerValues & HostFilter

/** `host list` and `host show`: of the server where one runs, otherwise out of the data directory itself. */
export function registerHostLooks(host: Command, context: CommandContext): void {
  addHostFilter(addServerOptions(host.command('list')))
    .description('All hosts and how far they are.')
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot host list
  $ edgeboot host list --phase failed --json
  $ edgeboot host list --profile store --label site=berlin`,
    )
    .action((values: ListValues) => list(context, values))

  addServerOptions(host.command('show <name>'))
    .description('One host with everything that happened to it.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host show edge-1')
    .action((name: string, values: ServerValues) => show(context, name, values))
}

async function list(context: CommandContext, values: ListValues): Promise<void> {
  const filter = filterOf(values)
  const { phase, ...ofServers } = filter
  const print = (hosts: readonly object[], text: () => string): void => {
    if (context.json) context.stdout(`${JSON.stringify({ hosts }, null, 2)}\n`)
    else if (hosts.length > 0) context.stdout(`${text()}\n`)
    else context.progress(isEverything(filter) ? `no hosts in ${context.dataDir()}` : 'no host fits')
  }
  // Data directories know nothing of profiles and labels; whoever asks for them needs a server, and is told so.
  const control = await (isEverything(ofServers) ? findServer : connect)(context, values)
  if (control) {
    const views: HostView[] = []
    for await (const view of control.allHosts({ ...filter })) views.push(view)
    return print(views.map(withSummaryFields), () => formatHostViews(views, Date.now()))
  }
  const { listHosts } = await import('../../app/hosts.ts')
  const hosts = (await listHosts(context.dataDir())).filter((one) => !phase || one.phase === phase)
  print(hosts, () => formatHostSummaries(hosts))
}

async function show(context: CommandContext, name: string, values: ServerValues): Promise<void> {
  const control = await findServer(context, values)
  if (control) {
    const detail = await control.host(name)
    const text = context.json
      ? JSON.stringify(withSummaryFields(detail), null, 2)
      : formatHostDetail(detail, Date.now())
    return context.stdout(`${text}\n`)
  }
  const { showHost } = await import('../../app/hosts.ts')
  const { summary, events } = await showHost(context.dataDir(), name)
  if (context.json) return context.stdout(`${JSON.stringify({ ...summary, events }, null, 2)}\n`)
  const about = Object.entries(summary).filter(([, value]) => typeof value !== 'object')
  const rows = about.map(([key, value]) => [key, String(value)])
  context.stdout(`${formatTable(['KEY', 'VALUE'], rows)}\n\n${formatEvents(events)}\n`)
}
