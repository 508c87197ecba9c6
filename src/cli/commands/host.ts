import type { Command } from 'commander'
import { formatDuration } from '../../domain/duration.ts'
import { formatBytes } from '../../domain/size.ts'
import type { CommandContext } from '../command-context.ts'
import { formatTable } from '../output/table.ts'
import { withInterrupt } from '../with-interrupt.ts'

export function registerHostCommands(program: Command, context: CommandContext): void {
  const host = program.command('host').description('Hosts of this data directory and their lives.')

  host
    .command('list')
    .description('All hosts and how far they are.')
    .action(async () => {
      const { listHosts } = await import('../../app/hosts.ts')
      const hosts = await listHosts(context.dataDir())
      if (context.json) return context.stdout(`${JSON.stringify({ hosts }, null, 2)}\n`)
      if (hosts.length === 0) return context.progress(`no hosts in ${context.dataDir()}`)
      const rows = hosts.map(({ name, phase, mac = '-', address = '-', bytes, totalMs, reason = '' }) => [
        name,
        phase,
        mac,
        address,
        formatBytes(bytes),
        formatDuration(totalMs),
        reason,
      ])
      context.stdout(`${formatTable(['HOST', 'PHASE', 'MAC', 'ADDRESS', 'SENT', 'TIME', ''], rows)}\n`)
    })

  host
    .command('show <name>')
    .description('One host with everything that happened to it.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host show edge-1')
    .action(async (name: string) => {
      const { showHost } = await import('../../app/hosts.ts')
      const { summary, events } = await showHost(context.dataDir(), name)
      if (context.json) return context.stdout(`${JSON.stringify({ ...summary, events }, null, 2)}\n`)
      const about = Object.entries(summary).filter(([, value]) => typeof value !== 'object')
      context.stdout(
        `${formatTable(
          ['KEY', 'VALUE'],
          about.map(([key, value]) => [key, String(value)]),
        )}\n\n`,
      )
      const rows = events.map(({ time, type, data }) => [
        new Date(time).toISOString(),
        type,
        JSON.stringify(data),
      ])
      context.stdout(`${formatTable(['TIME', 'EVENT', 'DATA'], rows)}\n`)
    })

  host
    .command('delete <name>')
    .description('Switches the machine off, removes all its files and forgets the host.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host delete edge-1')
    .action(async (name: string) => {
      const { deleteHost } = await import('../../app/hosts.ts')
      await withInterrupt((signal) => deleteHost(context.dataDir(), name, context.logLevel, signal))
      if (context.json) context.stdout(`${JSON.stringify({ deleted: name })}\n`)
      else context.progress(`deleted ${name}`)
    })
}
