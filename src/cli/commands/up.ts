import type { Command } from 'commander'
import type { Control } from '../../app/control-connection.ts'
import type { UpOptions } from '../../app/up-options.ts'
import { diagnoseStall } from '../../domain/diagnosis/diagnosis.ts'
import { parseDurationMs } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import type { UpSummary } from '../../domain/summary.ts'
import type { CommandContext } from '../command-context.ts'
import { waitForHosts } from '../hosts/wait-for-hosts.ts'
import { addBootOptions, type BootOptionValues, parseCount, pathsOf } from '../installer-options.ts'
import { addMachineOptions, type MachineValues, machineFrom } from '../machine-options.ts'
import { createLiveFollower } from '../output/live-follower.ts'
import { createPlainFollower } from '../output/plain-follower.ts'
import { formatUpSummary } from '../output/up-summary.ts'
import { addPacingOptions, type PacingValues, pacingOf } from '../pacing-options.ts'
import { addPaletteOptions, type PaletteValues, paletteOf } from '../palette-options.ts'
import { parsedOption } from '../settings.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface UpValues extends BootOptionValues, MachineValues, PacingValues, PaletteValues, VsphereValues {
  readonly count: number
  readonly name: string
  readonly ready: string
  readonly timeout: number
  readonly concurrency: number
  readonly classic?: boolean
  readonly ipxe?: string
}

export function defineUp(command: Command, context: CommandContext): void {
  addVsphereOptions(
    addPaletteOptions(addMachineOptions(addJobOptions(addPacingOptions(addBootOptions(command))))),
  )
    .description(
      'Serves the installer out of the ISO, creates the machines, netboots and installs them, switches them on\n' +
        'again and waits until each has proven that it is ready. Run again it goes on where it was.\n' +
        'Where edgeboot serve runs on the data directory, that server does it and this command follows.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot up installer.iso --user-data user-data.yaml
  $ edgeboot up installer.iso --user-data user-data.yaml --count 3 --memory 8GiB --concurrency 2
  $ edgeboot up installer.iso --user-data user-data.yaml --firmware uefi --ready local-ui
  $ edgeboot up installer.iso --user-data user-data.yaml --boot typed        stock iPXE, keys typed for you
  $ edgeboot up installer.iso --user-data user-data.yaml --driver vsphere --count 20 --datastore ds1 --network "VM Network"

For vSphere the variables of govc are used (GOVC_URL, GOVC_USERNAME, GOVC_PASSWORD …); flags go before them.`,
    )
    .action(async (iso: string, values: UpValues) => runUp(toUpOptions(iso, values, context), context))
}

/** Runs `up` with progress on stderr and the summary on stdout; Failure `host.failed` unless all are ready. */
export async function runUp(options: UpOptions, context: CommandContext): Promise<void> {
  const { findControl } = await import('../../app/control-connection.ts')
  const control = await findControl({ dataDirectory: options.dataDirectory })
  tellSummary(control ? await askServer(options, control, context) : await runHere(options, context), context)
}

/** The server that runs on the data directory does the work; we say what and follow it. */
async function askServer(options: UpOptions, control: Control, context: CommandContext): Promise<UpSummary> {
  const { applyThroughServer, summarizeThroughServer } = await import('../../app/up-through-server.ts')
  const { names, notes } = await withInterrupt((signal) => applyThroughServer(options, control, signal))
  for (const note of notes) context.progress(note)
  await waitForHosts(context, control, names, undefined)
  return await summarizeThroughServer(names, control, options.dataDirectory)
}

async function runHere(options: UpOptions, context: CommandContext): Promise<UpSummary> {
  const { up } = await import('../../app/up.ts')
  const live = process.stderr.isTTY && !context.json
  const follower = live
    ? createLiveFollower(process.stderr, { diagnose: diagnoseStall })
    : createPlainFollower(context.progress)
  return await withInterrupt(async (signal) => {
    try {
      return await up(
        options,
        {
          note: (text) => follower.note(text),
          serving: ({ url, listening }) => follower.note(`boot server on ${listening}, hosts use ${url}`),
          state: (state) => state && follower.host(state.host, state.life),
          event: (event, { host, life }) => follower.event(event, host, life),
        },
        signal,
      )
    } finally {
      follower.close()
    }
  })
}

function tellSummary(summary: UpSummary, context: CommandContext): void {
  context.stdout(context.json ? `${JSON.stringify(summary, null, 2)}\n` : formatUpSummary(summary))
  const failed = summary.hosts.filter(({ result }) => result !== 'ready')
  if (failed.length > 0) {
    if (context.json) process.exitCode = 1
    else {
      const names = failed.map(({ name }) => name).join(', ')
      throw new Failure(
        'host.failed',
        `${failed.length} of ${summary.hosts.length} hosts are not ready: ${names}`,
      )
    }
  }
}

function addJobOptions(command: Command): Command {
  return command
    .addOption(parsedOption('--count <n>', 'how many hosts', parseCount('--count', 1000)).default(1))
    .option('--name <name>', 'hosts are called NAME-1 … NAME-N', 'edge')
    .option('--ready <probe>', 'auto, phone-home, local-ui, palette, tcp:PORT or a URL with {ip}', 'auto')
    .addOption(
      parsedOption('--timeout <span>', 'limit for each host on its way to ready', (text) =>
        parseDurationMs(text, '--timeout'),
      ).default(90 * 60_000, '90m'),
    )
    .addOption(
      parsedOption(
        '--concurrency <n>',
        'hosts that install at the same time',
        parseCount('--concurrency', 1000),
      ).default(8),
    )
    .option(
      '--classic',
      'also serve the classic names, /config.yaml included: anyone on the network can read it',
    )
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
}

function toUpOptions(iso: string, values: UpValues, context: CommandContext): UpOptions {
  const paths = pathsOf(values)
  return {
    isoPath: iso,
    ...(paths ? { paths } : {}),
    userDataPath: values.userData,
    count: values.count,
    name: values.name,
    ...machineFrom(values),
    ready: values.ready,
    timeoutMs: values.timeout,
    concurrency: values.concurrency,
    kernelArgs: values.kernelArgs,
    phoneHome: values.phoneHome,
    classic: values.classic === true,
    ...(values.bootHost === undefined ? {} : { bootHost: values.bootHost }),
    ...(values.bootPort === undefined ? {} : { bootPort: values.bootPort }),
    ...(values.advertise === undefined ? {} : { advertise: values.advertise }),
    pacing: pacingOf(values),
    ...(values.ipxe === undefined ? {} : { ipxeDirectory: values.ipxe }),
    dataDirectory: context.dataDir(),
    logLevel: context.logLevel,
    palette: paletteOf(values),
    vsphere: vsphereOf(values, context),
  }
}
