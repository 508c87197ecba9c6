import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addHostFilter, filterOf, type HostFilter } from '../hosts/host-filter.ts'
import { createLiveFollower } from '../output/live-follower.ts'
import { createPlainFollower } from '../output/plain-follower.ts'
import { addServerOptions, connect, findServer, type ServerValues } from '../server-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

/** `host watch`: a live board on terminals, lines elsewhere, events as JSON lines for programs. */
export function registerHostWatch(host: Command, context: CommandContext): void {
  addHostFilter(addServerOptions(host.command('watch [name...]')))
    .summary('how hosts get on, live')
    .description(
      'Shows how hosts get on until Ctrl+C: on a terminal a live list, those in trouble first with why and what to\n' +
        'check, otherwise a line for each piece of news. It goes on when the server restarts.\n' +
        'With --json each event is one line of JSON (JSON Lines), from now on.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot host watch
  $ edgeboot host watch store-1 store-2
  $ edgeboot host watch --label site=berlin --phase rootfs
  $ edgeboot host watch --json | jq --unbuffered 'select(.type == "host.failed")'`,
    )
    .action((names: readonly string[], values: WatchValues) => watch(context, names, values))
}

type WatchValues = ServerValues & HostFilter

async function watch(context: CommandContext, names: readonly string[], values: WatchValues): Promise<void> {
  const { followHosts } = await import('../hosts/follow-hosts.ts')
  const control = await connect(context, values)
  const follower = context.json
    ? { ...SILENT, note: context.progress, away: (text?: string) => text && context.progress(text) }
    : process.stdout.isTTY
      ? createLiveFollower(process.stdout)
      : createPlainFollower((line) => context.stdout(`${line}\n`))
  await withInterrupt(async (interrupt) => {
    const closed = new AbortController()
    // Whoever read along has gone: `host watch | head`.
    process.stdout.once('error', () => closed.abort())
    try {
      await followHosts({
        control,
        names: names.length > 0 ? new Set(names) : undefined,
        filter: filterOf(values),
        // A server that is named keeps its place and its token.
        findAgain: values.server === undefined ? () => findServer(context, values) : undefined,
        follower,
        signal: AbortSignal.any([interrupt, closed.signal]),
        ...(context.json ? { onEvent: (event) => context.stdout(`${JSON.stringify(event)}\n`) } : {}),
      })
    } finally {
      follower.close()
    }
  })
}

const SILENT = {
  host: () => undefined,
  event: () => undefined,
  gone: () => undefined,
  hide: () => undefined,
  close: () => undefined,
}
