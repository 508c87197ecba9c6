import type { Command } from 'commander'
import type { Control } from '../../app/control-connection.ts'
import type { DiscoveredPage } from '../../contract/discovered.ts'
import type { CommandContext } from '../command-context.ts'
import { formatTable } from '../output/table.ts'
import { addServerOptions, connect, type ServerValues } from '../server-options.ts'

type Discovered = DiscoveredPage['items'][number]

/** Bounds what a server can make us collect. */
const MAX_DISCOVERED = 100_000

/** `host discovered|adopt|forget`: machines nobody has defined. */
export function registerHostInbox(host: Command, context: CommandContext): void {
  addServerOptions(host.command('discovered'))
    .summary('machines that asked for a script and are in no fleet file')
    .description(
      'Machines that asked for a boot script although nobody has defined them, with all they told.',
    )
    .addHelpText('after', '\nExample:\n  $ edgeboot host discovered --json')
    .action(async (values: ServerValues) => {
      const discovered = await allDiscovered(await connect(context, values))
      if (context.json) return context.stdout(`${JSON.stringify({ discovered }, null, 2)}\n`)
      if (discovered.length === 0) return context.progress('no machine has been discovered')
      context.stdout(`${formatDiscovered(discovered)}\n`)
    })

  addServerOptions(host.command('adopt <id> <name>'))
    .description('Makes a host of a discovered machine, with the configuration of a profile.')
    .requiredOption('--profile <name>', 'profile of the fleet')
    .addHelpText(
      'after',
      '\nWrite the host into the fleet file too: apply --prune removes what is not there.\n\n' +
        'Example:\n  $ edgeboot host adopt d1 store-0043 --profile store',
    )
    .action(async (id: string, name: string, values: ServerValues & { readonly profile: string }) => {
      const { profile } = values
      const detail = await (await connect(context, values)).adopt(id, { name, profile })
      if (context.json) context.stdout(`${JSON.stringify(detail, null, 2)}\n`)
      else context.progress(`${id} is host ${name} of profile ${profile} now; edgeboot host show ${name}`)
    })

  addServerOptions(host.command('forget <id>'))
    .description('Takes a machine out of the discovered ones; it comes back when it asks again.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host forget d1')
    .action(async (id: string, values: ServerValues) => {
      await (await connect(context, values)).forget(id)
      if (context.json) context.stdout(`${JSON.stringify({ forgotten: id })}\n`)
      else context.progress(`forgot ${id}`)
    })
}

async function allDiscovered(control: Control): Promise<readonly Discovered[]> {
  const all: Discovered[] = []
  let after: string | undefined
  do {
    const { items, next } = await control.discovered({ limit: 1000, after })
    all.push(...items)
    after = next === after ? undefined : next
  } while (after !== undefined && all.length < MAX_DISCOVERED)
  return all
}

const FACTS = ['mac', 'uuid', 'serial', 'manufacturer', 'product'] as const

function formatDiscovered(discovered: readonly Discovered[]): string {
  const rows = discovered.map(({ id, address, lastSeen, told }) => [
    id,
    address,
    new Date(lastSeen).toISOString(),
    ...FACTS.map((fact) => told[fact] ?? '-'),
  ])
  return formatTable(['ID', 'ADDRESS', 'LAST SEEN', ...FACTS.map((fact) => fact.toUpperCase())], rows)
}
