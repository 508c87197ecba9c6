import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatBytes } from '../../domain/size.ts'
import type { CommandContext } from '../command-context.ts'
import { pathsOf } from '../installer-options.ts'
import { formatInstaller } from '../output/installer-text.ts'
import { formatTable } from '../output/table.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface PathValues {
  readonly kernel?: string
  readonly initrd?: string
  readonly rootfs?: string
}

export function defineInstaller(installer: Command, context: CommandContext): void {
  installer.addHelpText('after', '\nExample:\n  $ edgeboot installer inspect installer.iso')
  const json = (value: unknown): void => context.stdout(`${JSON.stringify(value, null, 2)}\n`)

  addPaths(installer.command('inspect <iso>'))
    .description(
      'What is in an ISO: family, artifacts with their place, built-in files, kernel arguments, warnings.',
    )
    .option('--digest', 'compute the SHA-256 of each artifact')
    .addHelpText('after', '\nExample:\n  $ edgeboot installer inspect installer.iso --digest --json')
    .action(async (iso: string, values: PathValues & { readonly digest?: boolean }) => {
      const { inspectIso } = await import('../../app/installer.ts')
      const options = { ...given(values), digest: values.digest === true }
      const found = await withInterrupt((signal) => inspectIso(iso, options, signal))
      if (context.json) return json(found)
      context.stdout(formatInstaller(found))
    })

  addPaths(installer.command('add <iso>'))
    .description('Registers an ISO under a name; a .sha256 file beside it is checked.')
    .option('--name <name>', 'name to register it under (default: the file name)')
    .addHelpText(
      'after',
      '\nExample:\n  $ edgeboot installer add palette-edge-installer.iso --name palette-4-6',
    )
    .action(async (iso: string, values: PathValues & { readonly name?: string }) => {
      const { addInstaller } = await import('../../app/installer.ts')
      const name = values.name === undefined ? {} : { name: values.name }
      const options = { ...given(values), ...name, dataDirectory: context.dataDir() }
      const added = await withInterrupt((signal) => addInstaller(resolve(iso), options, signal))
      if (context.json) json(added)
      else
        context.progress(`${added.name}: ${added.identity.path}${added.sha256 ? ', SHA-256 verified' : ''}`)
    })

  installer
    .command('list')
    .description('All registered ISOs.')
    .addHelpText('after', '\nExample:\n  $ edgeboot installer list --json')
    .action(async () => {
      const { listInstallers } = await import('../../app/installer.ts')
      const installers = await listInstallers(context.dataDir())
      if (context.json) return json({ installers })
      const rows = installers.map(({ name, identity, sha256 }) => [
        name,
        formatBytes(identity.sizeBytes),
        sha256 ? 'verified' : '-',
        identity.path,
      ])
      context.stdout(`${formatTable(['INSTALLER', 'SIZE', 'SHA-256', 'PATH'], rows)}\n`)
    })

  installer
    .command('remove <name>')
    .description('Forgets a registered ISO; the file stays.')
    .addHelpText('after', '\nExample:\n  $ edgeboot installer remove palette-4-6')
    .action(async (name: string) => {
      const { removeInstaller } = await import('../../app/installer.ts')
      await removeInstaller(context.dataDir(), name)
      if (context.json) json({ removed: name })
      else context.progress(`removed ${name}`)
    })

  addPaths(installer.command('export <iso> <dir>'))
    .description('Writes the five files of the published guide, to serve them with something else.')
    .requiredOption('--server-url <url>', 'http://HOST:PORT under which the folder will be served')
    .option('--user-data <file>', 'becomes config.yaml')
    .addHelpText(
      'after',
      '\nExample:\n  $ edgeboot installer export installer.iso ./boot --server-url http://192.0.2.10:8080',
    )
    .action(
      async (
        iso: string,
        directory: string,
        values: PathValues & { serverUrl: string; userData?: string },
      ) => {
        const { exportInstaller } = await import('../../app/export-installer.ts')
        const userData = values.userData === undefined ? {} : { userDataPath: values.userData }
        const names = await withInterrupt((signal) =>
          exportInstaller(
            {
              isoPath: iso,
              directory,
              serverUrl: values.serverUrl,
              ...userData,
              ...given(values),
              note: context.progress,
            },
            signal,
          ),
        )
        if (context.json) json({ directory, files: names })
      },
    )
}

function addPaths(command: Command): Command {
  return command
    .option('--kernel <path>', 'path of the kernel inside the ISO, for unknown families')
    .option('--initrd <path>', 'path of the initrd inside the ISO, for unknown families')
    .option('--rootfs <path>', 'path of the squashfs inside the ISO, for unknown families')
}

function given(values: PathValues) {
  const paths = pathsOf(values)
  return paths ? { paths } : {}
}
