import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { registerHostActions } from './host-actions.ts'
import { registerHostConsole } from './host-console.ts'
import { registerHostInbox } from './host-inbox.ts'
import { registerHostLooks } from './host-looks.ts'
import { registerHostWatch } from './host-watch.ts'

export function defineHost(host: Command, context: CommandContext): void {
  host
    .description(
      'Hosts and their lives: looking at them, and doing something with one of them.\n' +
        'list, show and delete also work where no edgeboot serve runs; everything else asks the server.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ edgeboot host list --phase failed\n  $ edgeboot host watch\n  $ edgeboot host reinstall edge-1',
    )
  registerHostLooks(host, context)
  registerHostWatch(host, context)
  registerHostConsole(host, context)
  registerHostActions(host, context)
  registerHostInbox(host, context)
}
