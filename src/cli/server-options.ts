import type { Command } from 'commander'
import type { Control, ControlOptions } from '../app/control-connection.ts'
import type { CommandContext } from './command-context.ts'

/** Options of every command that asks a server. */
export interface ServerValues {
  readonly server?: string
  readonly tokenFile?: string
  readonly serverCa?: string
}

/** Adds them to a command. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'control API of a server elsewhere (default: the one on the data directory)')
    .option(
      '--token-file <file>',
      'access token for --server, in a file of mode 0600; or set EDGEBOOT_TOKEN (arguments can be seen by everybody)',
    )
    .option('--server-ca <file>', 'PEM certificate of the authority to trust, as the server printed it')
}

/** The server to ask. Failure `server.unreachable` when there is none. */
export async function connect(context: CommandContext, values: ServerValues): Promise<Control> {
  const { connectControl } = await import('../app/control-connection.ts')
  return await connectControl(optionsFrom(context, values))
}

/** The same, or nothing when no server is named and none runs on the data directory. */
export async function findServer(
  context: CommandContext,
  values: ServerValues,
): Promise<Control | undefined> {
  const { findControl } = await import('../app/control-connection.ts')
  return await findControl(optionsFrom(context, values))
}

function optionsFrom(context: CommandContext, { server, tokenFile, serverCa }: ServerValues): ControlOptions {
  return {
    dataDirectory: context.dataDir(),
    server,
    tokenFile,
    ca: serverCa,
    token: process.env['EDGEBOOT_TOKEN'],
  }
}
