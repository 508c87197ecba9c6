import type { Command } from 'commander'
import type { CleanedFile } from '../../app/clean-media.ts'
import { formatBytes } from '../../domain/size.ts'
import type { CommandContext } from '../command-context.ts'
import { choice } from '../installer-options.ts'
import { formatTable } from '../output/table.ts'
import {
  addVspherePlaceOptions,
  type VspherePlaceValues,
  vsphereMachineOptionsOf,
} from '../vsphere-machine-options.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface CleanValues extends VsphereValues, Pick<VspherePlaceValues, 'datacenter' | 'datastore'> {
  readonly dryRun?: boolean
}

export function registerMediaClean(media: Command, context: CommandContext): void {
  const command = media
    .command('clean')
    .description(
      'Removes boot media from the folder edgeboot of datastores that no machine of the inventory uses.',
    )
    .addOption(choice('--driver <driver>', 'where the media are', ['vsphere'], 'vsphere'))
    .option('--dry-run', 'only say what would be removed')
  addVspherePlaceOptions(addVsphereOptions(command), ['datacenter', 'datastore'])
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot media clean --dry-run
  $ edgeboot media clean --datastore store-1 --json`,
    )
    .action((values: CleanValues) => clean(context, values))
}

async function clean(context: CommandContext, values: CleanValues): Promise<void> {
  const { cleanMedia } = await import('../../app/clean-media.ts')
  const options = {
    ...vsphereMachineOptionsOf(values),
    vsphere: vsphereOf(values, context),
    dryRun: values.dryRun === true,
    note: (text: string) => context.progress(text),
    logLevel: context.logLevel,
  }
  const files: CleanedFile[] = []
  await withInterrupt(async (signal) => {
    for await (const file of cleanMedia(options, signal)) files.push(file)
  })
  if (context.json) context.stdout(`${JSON.stringify({ files }, null, 2)}\n`)
  else if (files.length === 0) context.progress('there are no boot media')
  else context.stdout(`${formatFiles(files)}\n`)
  if (files.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
}

function formatFiles(files: readonly CleanedFile[]): string {
  const rows = files.map(({ place, bytes, outcome, reason }) => [outcome, formatBytes(bytes), place, reason])
  return formatTable(['OUTCOME', 'SIZE', 'FILE', 'WHY'], rows)
}
