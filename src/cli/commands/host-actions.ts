import { Argument, type Command } from 'commander'
import type { Control } from '../../app/control-connection.ts'
import { formatDuration, parseDurationMs } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import type { CommandContext } from '../command-context.ts'
import { requireYes } from '../confirm.ts'
import { addServerOptions, connect, findServer, type ServerValues } from '../server-options.ts'
import { parsedOption } from '../settings.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface SureValues extends ServerValues, VsphereValues {
  readonly yes?: boolean
}

/** The server takes windows of these lengths. Milliseconds. */
const SHORTEST_WINDOW_MS = 60_000
const LONGEST_WINDOW_MS = 24 * 3_600_000

/** `host power|reinstall|delete|arm|approve|retry`: doing something with one host. */
export function registerHostActions(host: Command, context: CommandContext): void {
  const act = async (
    values: ServerValues,
    done: { readonly text: string; readonly json: object },
    work: (control: Control) => Promise<void>,
  ): Promise<void> => {
    await work(await connect(context, values))
    tell(context, done)
  }

  addServerOptions(host.command('power <name>'))
    .summary('switch the machine of a host')
    .description(
      'Switches the machine of a host, the hard way: nothing in it is asked. A physical machine can be switched on only:\n' +
        'its network card is called by Wake-on-LAN, and for 30 minutes it may fetch the installer, unless it has it.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(['on', 'off', 'reset']))
    .addHelpText('after', '\nExample:\n  $ edgeboot host power edge-1 reset')
    .action(async (name: string, action: 'on' | 'off' | 'reset', values: ServerValues) => {
      const outcome = await (await connect(context, values)).power(name, action)
      tell(context, {
        text: powerText(name, action, outcome),
        json: { host: name, power: action, ...outcome },
      })
    })

  addServerOptions(host.command('reinstall <name>'))
    .description('Installs a host once more; everything on its disk is lost. Asks first.')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ edgeboot host reinstall edge-1 --yes')
    .action(async (name: string, values: SureValues) => {
      await requireYes(`${name} will be installed once more: everything on its disk is lost.`, values.yes)
      const text = `${name} will be installed once more, when it boots from the network next`
      await act(values, { text, json: { reinstall: name } }, (control) => control.reinstall(name))
    })

  addVsphereOptions(addServerOptions(host.command('delete <name>')))
    .description('Switches the machine off, removes all its files and forgets the host. Asks first.')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nA host that is still in the fleet is made anew by the next apply. Where edgeboot serve runs, that server deletes it,\nand the options of vSphere are not needed here.\n\nExample:\n  $ edgeboot host delete edge-1 --yes',
    )
    .action((name: string, values: SureValues) => deleteHost(context, name, values))

  addServerOptions(host.command('arm <name>'))
    .summary('let a host that is known by its MAC alone fetch the installer')
    .description(
      'Opens the window in which a host that is known by its MAC alone may fetch the installer: the first that asks\n' +
        'with that MAC gets it. Switch the host on within that time.',
    )
    .addOption(
      parsedOption('--for <span>', 'how long, from 1m to 24h', parseWindow).default(1_800_000, '30m'),
    )
    .addHelpText('after', '\nExample:\n  $ edgeboot host arm store-0042 --for 30m')
    .action((name: string, { for: forMs, ...values }: ServerValues & { readonly for: number }) => {
      const text = `${name} may fetch the installer for ${formatDuration(forMs)}`
      return act(values, { text, json: { armed: name, forMs } }, (control) => control.arm(name, forMs))
    })

  addServerOptions(host.command('approve <name>'))
    .description('Says yes to the installation of a host whose profile has approve: manual.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host approve store-0042')
    .action((name: string, values: ServerValues) =>
      act(values, { text: `approved ${name}`, json: { approved: name } }, (control) => control.approve(name)),
    )

  addServerOptions(host.command('retry <name>'))
    .description('Gives a host that failed before its installation began another try.')
    .addHelpText('after', '\nExample:\n  $ edgeboot host retry edge-1')
    .action((name: string, values: ServerValues) =>
      act(values, { text: `${name} gets another try`, json: { retried: name } }, (control) =>
        control.retry(name),
      ),
    )
}

async function deleteHost(context: CommandContext, name: string, values: SureValues): Promise<void> {
  await requireYes(`${name} will be deleted with its machine and everything on its disk.`, values.yes)
  const control = await findServer(context, values)
  if (control) await control.deleteHost(name)
  else {
    const app = await import('../../app/hosts.ts')
    const options = {
      ...{ dataDirectory: context.dataDir(), name, logLevel: context.logLevel, tell: context.progress },
      vsphere: vsphereOf(values, context),
    }
    await withInterrupt((signal) => app.deleteHost(options, signal))
  }
  tell(context, { text: `deleted ${name}`, json: { deleted: name } })
}

function tell(
  context: CommandContext,
  { text, json }: { readonly text: string; readonly json: object },
): void {
  if (context.json) context.stdout(`${JSON.stringify(json)}\n`)
  else context.progress(text)
}

function parseWindow(text: string): number {
  const ms = parseDurationMs(text, '--for')
  if (ms >= SHORTEST_WINDOW_MS && ms <= LONGEST_WINDOW_MS) return ms
  throw new Failure('usage.invalid', `--for ${text}: expected a span from 1m to 24h`)
}

function powerText(
  name: string,
  action: 'on' | 'off' | 'reset',
  outcome: Awaited<ReturnType<Control['power']>>,
): string {
  if (outcome.way === 'switched') return action === 'reset' ? `reset ${name}` : `switched ${name} ${action}`
  const window =
    outcome.armedUntil === undefined
      ? ''
      : `; it may fetch the installer until ${new Date(outcome.armedUntil).toISOString()}`
  return `called the card of ${name} on ${outcome.networks.join(', ')}${window}`
}
