import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { FleetPlan } from '../../contract/fleet.ts'
import type { DesiredFleet } from '../../domain/desired-fleet.ts'
import { parseDurationMs } from '../../domain/duration.ts'
import { isFailure } from '../../domain/failure.ts'
import { formatBytes } from '../../domain/size.ts'
import type { CommandContext } from '../command-context.ts'
import { addFleetFiles } from '../fleet-files.ts'
import { waitForHosts } from '../hosts/wait-for-hosts.ts'
import { withPatience } from '../output/patience.ts'
import { formatPlan } from '../output/plan-text.ts'
import { addServerOptions, connect, type ServerValues } from '../server-options.ts'
import { parsedOption } from '../settings.ts'

interface PlanValues extends ServerValues {
  readonly file: readonly string[]
  readonly prune?: boolean
}

interface ApplyValues extends PlanValues {
  readonly ifVersion?: string
  readonly wait?: boolean
  readonly timeout?: number
}

const PRUNE = [
  '--prune',
  'also remove hosts, with their machines and disks, that are in none of the files',
] as const

export function definePlan(command: Command, context: CommandContext): void {
  addServerOptions(addFleetFiles(command).option(...PRUNE))
    .description('Checks fleet files and says what applying them would change. Changes nothing.')
    .addHelpText(
      'after',
      `
+ new, ~ changed, - removed, "kept": no longer in the file, left alone. Exit code 2 when a file is wrong.

Examples:
  $ edgeboot plan -f fleet.yaml
  $ edgeboot plan -f fleet.yaml -f stores.yaml --prune
  $ edgeboot plan -f fleet.yaml --json`,
    )
    .action(async (values: PlanValues) => {
      const plan = await send(context, values, (control, fleet) => control.planFleet(fleet, options(values)))
      context.stdout(context.json ? `${JSON.stringify(plan, null, 2)}\n` : formatPlan(plan))
    })
}

export function defineApply(command: Command, context: CommandContext): void {
  addServerOptions(addFleetFiles(command).option(...PRUNE))
    .description(
      'Makes what the fleet files say the fleet in force; the server then creates, installs and follows its hosts.\n' +
        'Safe to repeat. Nothing is reinstalled and, without --prune, nothing removed.',
    )
    .option('--if-version <version>', 'only if this version is still in force, as plan told it')
    .option(
      '--wait',
      'follow the hosts of the files until each is ready or failed; exit code 1 if one failed',
    )
    .addOption(
      parsedOption('--timeout <span>', 'with --wait: give up waiting after this time', (text) =>
        parseDurationMs(text, '--timeout'),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot apply -f fleet.yaml
  $ edgeboot apply -f fleet.yaml --if-version 7           exactly what plan said, or nothing
  $ edgeboot apply -f fleet.yaml --wait --timeout 2h`,
    )
    .action((values: ApplyValues) => apply(context, values))
}

async function apply(context: CommandContext, values: ApplyValues): Promise<void> {
  const { ifVersion } = values
  let names: readonly string[] = []
  const plan = await send(context, values, (control, fleet) => {
    names = fleet.hosts.map(({ name }) => name)
    return control.applyFleet(fleet, { ...options(values), ifVersion })
  })
  if (!context.json) context.stdout(formatPlan(plan, { applied: true }))
  if (!values.wait) {
    if (context.json) context.stdout(`${JSON.stringify(plan, null, 2)}\n`)
    return
  }
  const outcome = await waitForHosts(context, await connect(context, values), names, values.timeout)
  if (context.json) context.stdout(`${JSON.stringify({ ...plan, hosts: outcome.hosts }, null, 2)}\n`)
  outcome.requireReady()
}

type Send = (control: Awaited<ReturnType<typeof connect>>, fleet: DesiredFleet) => Promise<FleetPlan>

async function send(context: CommandContext, values: PlanValues, call: Send): Promise<FleetPlan> {
  const { checkUserData, readFleet } = await import('../../app/fleet-commands.ts')
  const { file: files } = values
  await announceReading(context, files)
  const fleet = await readFleet(files)
  const control = await connect(context, values)
  try {
    return await withPatience(
      context.progress,
      () => `waiting for the server, which has ${fleet.hosts.length} hosts to look at`,
      () => call(control, fleet),
    )
  } catch (error) {
    // The server knows hosts and lines of their documents; only here is known which file those lines come from.
    if (isFailure(error, 'fleet.invalid')) await checkUserData(files, fleet)
    throw error
  }
}

/** Reading leaves no time for saying so meanwhile; this much takes about a second. Bytes. */
const LARGE_BYTES = 1024 * 1024

async function announceReading(context: CommandContext, files: readonly string[]): Promise<void> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total >= LARGE_BYTES) context.progress(`reading ${formatBytes(total)} of ${files.join(', ')} …`)
}

function options({ prune = false }: PlanValues): { readonly prune: boolean } {
  return { prune }
}
