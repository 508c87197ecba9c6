import type { Command } from 'commander'
import type { PlacedFinding, RenderedHost } from '../../app/fleet-commands.ts'
import { formatPlace } from '../../domain/fleet/problem.ts'
import { printable } from '../../domain/printable.ts'
import type { CommandContext } from '../command-context.ts'
import { addFleetFiles } from '../fleet-files.ts'
import { formatTable } from '../output/table.ts'

interface RenderValues {
  readonly file: readonly string[]
  readonly showSecrets?: boolean
  readonly explain?: boolean
}

export function registerUserDataRender(userData: Command, context: CommandContext): void {
  addFleetFiles(userData.command('render <host>'))
    .summary('the document one host of a fleet gets')
    .description(
      'Prints the user-data that a host of a fleet gets, layers merged and variables replaced, secrets masked.\n' +
        'What is wrong with it goes to stderr, with the file and line it came from. Needs no server.',
    )
    .option('--show-secrets', 'do not mask secrets')
    .option('--explain', 'instead of the document say of each value which layer, file and line it came from')
    .addHelpText(
      'after',
      `
Exit code 2 when the document has an error.

Examples:
  $ edgeboot user-data render -f fleet.yaml store-0042
  $ edgeboot user-data render -f fleet.yaml store-0042 --explain
  $ edgeboot user-data render -f fleet.yaml store-0042 --show-secrets > user-data.yaml`,
    )
    .action((host: string, values: RenderValues) => render(context, host, values))
}

async function render(context: CommandContext, host: string, values: RenderValues): Promise<void> {
  const { renderHost } = await import('../../app/fleet-commands.ts')
  const rendered = await renderHost(values.file, host)
  const userData = values.showSecrets ? rendered.document : rendered.masked
  if (context.json) {
    const { findings, explain } = rendered
    const document = { host, userData, findings, ...(values.explain ? { explain } : {}) }
    context.stdout(`${JSON.stringify(document, null, 2)}\n`)
  } else {
    for (const finding of rendered.findings) context.progress(formatFinding(finding))
    context.stdout(values.explain ? `${formatExplained(rendered)}\n` : userData)
  }
  if (rendered.findings.some(({ severity }) => severity === 'error')) process.exitCode = 2
}

/** A finding as one line, at the place of the layer it came from where there is one. */
export function formatFinding({ place, line, column, severity, rule, message, fix }: PlacedFinding): string {
  const where = place ? formatPlace(place) : `user-data:${line}:${column}`
  return printable(`${where} ${severity} ${rule} ${message}${fix ? ` — ${fix}` : ''}`)
}

function formatExplained({ explain }: Pick<RenderedHost, 'explain'>): string {
  const rows = explain.map(({ path, layer, place, secret }) => [
    secret ? `${path} (secret)` : path,
    layer,
    `${place.file}:${place.line}`,
  ])
  return formatTable(['PATH', 'LAYER', 'FILE'], rows)
}
