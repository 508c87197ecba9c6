import { type Command, Option } from 'commander'
import type { AuditOutcome } from '../../domain/audit.ts'
import { parseDurationMs } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import type { CommandContext } from '../command-context.ts'
import { formatTable } from '../output/table.ts'
import { parsedOption } from '../settings.ts'

/** Most entries one command prints. */
const MAX_LIMIT = 100_000

interface AuditValues {
  readonly since?: number
  readonly limit: number
  readonly who?: string
  readonly action?: string
  readonly object?: string
  readonly outcome?: AuditOutcome
}

export function defineAudit(command: Command, context: CommandContext): void {
  command
    .description('Shows every change and every refused access, the newest last.')
    .addOption(
      parsedOption('--since <span>', 'only what is not older, for example 24h or 7d', (text) =>
        parseDurationMs(text, '--since'),
      ),
    )
    .addOption(parsedOption('--limit <count>', 'the newest so many', parseLimit).default(200))
    .option('--who <who>', 'only what this one did: token:NAME, cli:USER, host:NAME or an address')
    .option('--action <action>', 'only this action, for example token.create')
    .option('--object <name>', 'only what was done to this host, token or installer')
    .addOption(
      new Option('--outcome <outcome>', 'only what was done, or refused').choices(['done', 'refused']),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot audit --since 24h
  $ edgeboot audit --outcome refused --since 7d --json
  $ edgeboot audit --object edge-1`,
    )
    .action(async ({ since, ...filter }: AuditValues) => {
      const { listAudit } = await import('../../app/access.ts')
      const span = since === undefined ? {} : { sinceMs: since }
      const { entries, more } = await listAudit(context.dataDir(), { ...filter, ...span })
      if (context.json) return context.stdout(`${JSON.stringify({ entries, more }, null, 2)}\n`)
      if (entries.length === 0) return context.progress('nothing in the audit trail fits')
      const rows = entries.map(({ time, who, action, object, outcome, detail }) => [
        new Date(time).toISOString(),
        who,
        action,
        object,
        outcome,
        Object.keys(detail).length > 0 ? JSON.stringify(detail) : '',
      ])
      context.stdout(`${formatTable(['TIME', 'WHO', 'ACTION', 'OBJECT', 'OUTCOME', 'DETAIL'], rows)}\n`)
      if (more) context.progress(`only the newest ${entries.length}; more with --limit`)
    })
}

function parseLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new Failure('usage.invalid', `--limit ${text}: expected a number from 1 to ${MAX_LIMIT}`)
}
