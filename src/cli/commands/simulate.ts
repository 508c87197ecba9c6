import { type Command, Option } from 'commander'
import { parseDurationMs } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import { parseRate } from '../../domain/rate.ts'
import type { CommandContext } from '../command-context.ts'
import { parseCount } from '../installer-options.ts'
import { formatSimulation } from '../output/simulation-text.ts'
import { parsedOption } from '../settings.ts'
import { withInterrupt } from '../with-interrupt.ts'

/** Each holds a connection; more than these one process does not drive. */
const MAX_HOSTS = 5000

interface SimulateValues {
  readonly serverUrl: string
  readonly hosts: number
  readonly within: number
  readonly breakOff: number
  readonly firstMac: string
  readonly patience: number
  readonly installTime: number
  readonly hostRate?: number
}

export function defineSimulate(command: Command, context: CommandContext): void {
  command
    .description(
      'Lets simulated hosts boot from a boot server: script, kernel, initrd, root file system, configuration, reports.\n' +
        'Nothing is installed and no byte is kept; what is measured is how long everything took.',
    )
    .requiredOption('--server-url <url>', 'http://HOST:PORT of the boot listener')
    .addOption(parsedOption('--hosts <n>', 'how many', parseCount('--hosts', MAX_HOSTS)).default(10))
    .addOption(
      parsedOption('--within <span>', 'they begin one after the other within this time', (text) =>
        text === '0' ? 0 : parseDurationMs(text, '--within'),
      ).default(0, 'all at once'),
    )
    .addOption(
      parsedOption(
        '--break-off <percent>',
        'share of hosts whose connection breaks once',
        parsePercent,
      ).default(0, '0'),
    )
    .addOption(
      parsedOption('--patience <span>', 'how long a host that is told to wait goes on asking', (text) =>
        parseDurationMs(text, '--patience'),
      ).default(30 * 60_000, '30m'),
    )
    .addOption(
      parsedOption(
        '--install-time <span>',
        'how long a host installs before it says that it is ready',
        (text) => (text === '0' ? 0 : parseDurationMs(text, '--install-time')),
      ).default(0, 'none'),
    )
    .addOption(
      parsedOption(
        '--host-rate <rate>',
        'what a host takes a second: 1Gbit, 10MB (default: all that comes)',
        (text) => parseRate(text, '--host-rate'),
      ),
    )
    .addOption(
      new Option('--first-mac <mac>', 'MAC address of the first host; the others follow it').default(
        '02:eb:00:00:00:01',
      ),
    )
    .addHelpText(
      'after',
      `
The server has to let them in: one that serves a single ISO (edgeboot serve ISO --user-data FILE) lets everybody in, one
with a fleet those it knows by these MAC addresses and that are armed, or, with unknownHosts: profile:NAME, everybody,
who then is a host of the fleet. Use a server of its own for it.

Examples:
  $ edgeboot simulate --server-url http://192.0.2.10:8080 --hosts 500
  $ edgeboot simulate --server-url http://192.0.2.10:8080 --hosts 200 --within 1m --break-off 5 --json
  $ edgeboot simulate --server-url http://192.0.2.10:8080 --hosts 40 --install-time 4m --host-rate 1Gbit
Exit codes: 0 all were installed; 1 some were refused or failed; 2 the usage is wrong.`,
    )
    .action((values: SimulateValues) => run(context, values))
}

async function run(context: CommandContext, values: SimulateValues): Promise<void> {
  const { serverUrl, hosts, within, breakOff, firstMac, patience, installTime, hostRate } = values
  const { simulate } = await import('../../app/simulate.ts')
  const options = {
    ...{ serverUrl, hosts, firstMac },
    withinMs: within,
    breakShare: breakOff / 100,
    patienceMs: patience,
    installMs: installTime,
    hostBytesPerSecond: hostRate,
  }
  const simulation = await withInterrupt((signal) => simulate(options, context.progress, signal))
  if (context.json) context.stdout(`${JSON.stringify(simulation, null, 2)}\n`)
  else context.stdout(formatSimulation(simulation))
  if (simulation.installed < simulation.hosts) process.exitCode = 1
}

function parsePercent(text: string): number {
  const percent = Number(text.replace(/%$/, ''))
  if (/^\d{1,3}(\.\d{1,2})?%?$/.test(text) && percent <= 100) return percent
  throw new Failure('usage.invalid', `--break-off ${text}: expected a share from 0 to 100`)
}
