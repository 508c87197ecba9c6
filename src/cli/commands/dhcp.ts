import type { Command } from 'commander'
import type { Control } from '../../app/control-connection.ts'
import type { CommandContext } from '../command-context.ts'
import { followNews } from '../follow-news.ts'
import { newsLine } from '../output/netboot-line.ts'
import { addServerOptions, connect, type ServerValues } from '../server-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface WatchValues extends ServerValues {
  readonly recent?: boolean
}

/** `dhcp watch`: live, who asks for a boot file, and why it was answered or not. */
export function defineDhcp(dhcp: Command, context: CommandContext): void {
  dhcp.addHelpText('after', '\nExample:\n  $ edgeboot dhcp watch')

  addServerOptions(dhcp.command('watch'))
    .summary('who asks for a boot file, and why it was answered or not, live')
    .description(
      'Shows every decision of DHCP and TFTP until Ctrl+C: who asked, and why it was answered or not. With --json each is\n' +
        'one line of JSON (JSON Lines).',
    )
    .option('--recent', 'show what is remembered, and end')
    .addHelpText('after', '\nExamples:\n  $ edgeboot dhcp watch\n  $ edgeboot dhcp watch --recent --json')
    .action(async (values: WatchValues) => {
      const control = await connect(context, values)
      await withInterrupt((signal) => watch(context, control, values.recent === true, signal))
    })
}

async function watch(
  context: CommandContext,
  control: Control,
  isRecentOnly: boolean,
  interrupt: AbortSignal,
): Promise<void> {
  const closed = new AbortController()
  // Whoever read along has gone: `dhcp watch | head`.
  process.stdout.once('error', () => closed.abort())
  const signal = AbortSignal.any([interrupt, closed.signal])
  let isFirst = true
  const news = followNews((after, wait) => control.netbootNews(after, wait, signal), signal)
  for await (const { services, items } of news) {
    if (isFirst)
      context.progress(
        services.length > 0 ? services.join('; ') : 'nothing listens: edgeboot serve --dhcp proxy',
      )
    isFirst = false
    for (const one of items) context.stdout(`${context.json ? JSON.stringify(one) : newsLine(one)}\n`)
    if (isRecentOnly) return
  }
}
