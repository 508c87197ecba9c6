import { type Command, Option } from 'commander'
import type { BootTlsOptions } from '../app/boot-tls.ts'
import { Failure } from '../domain/failure.ts'
import { parsePort } from './installer-options.ts'
import { parsedOption } from './settings.ts'

/** Options of commands that may offer hosts HTTPS. */
export interface BootTlsValues {
  readonly bootTls?: boolean
  readonly bootTlsCert?: string
  readonly bootTlsKey?: string
  readonly bootTlsPort?: number
  readonly bootTlsName?: readonly string[]
  readonly unbootable?: 'refuse' | 'wait'
}

/** Adds them to a command. */
export function addBootTlsOptions(command: Command): Command {
  return command
    .option('--boot-tls', 'also HTTPS for hosts, with a certificate of an authority made for it')
    .option('--boot-tls-cert <file>', 'certificate for it, with those up to its authority (PEM)')
    .option('--boot-tls-key <file>', 'its key (PEM)')
    .addOption(
      parsedOption('--boot-tls-port <port>', 'port for it; 0: any free one (default: 8443)', parsePort),
    )
    .option('--boot-tls-name <name...>', 'more names and addresses that hosts use for it')
}

/** Adds what only a server needs: what to do with hosts that cannot boot as they are to. */
export function addUnbootableOption(command: Command): Command {
  return command.addOption(
    new Option('--unbootable <what>', 'hosts that cannot boot over HTTPS or with Secure Boot as they are to')
      .choices(['refuse', 'wait'])
      .default('refuse', 'refuse to start'),
  )
}

/** What was given of them; `undefined` where hosts get plain HTTP only. */
export function bootTlsOf(values: BootTlsValues): BootTlsOptions | undefined {
  const { bootTls, bootTlsCert, bootTlsKey, bootTlsPort, bootTlsName = [] } = values
  if ((bootTlsCert === undefined) !== (bootTlsKey === undefined)) {
    throw new Failure('usage.invalid', '--boot-tls-cert and --boot-tls-key go together: give both or none')
  }
  const about = { port: bootTlsPort, names: bootTlsName }
  if (bootTlsCert !== undefined && bootTlsKey !== undefined) {
    return { ...about, certificate: { certificatePath: bootTlsCert, keyPath: bootTlsKey } }
  }
  if (bootTls) return { ...about, certificate: 'generated' }
  if (bootTlsPort === undefined && bootTlsName.length === 0) return undefined
  throw new Failure('usage.invalid', '--boot-tls-port and --boot-tls-name need --boot-tls or --boot-tls-cert')
}
