import { type Command, Option } from 'commander'
import { ROLES, type Role } from '../../domain/access.ts'
import { parseDurationMs } from '../../domain/duration.ts'
import type { CommandContext } from '../command-context.ts'
import { formatTable } from '../output/table.ts'
import { parsedOption } from '../settings.ts'

export function defineToken(token: Command, context: CommandContext): void {
  token.addHelpText('after', '\nExample:\n  $ edgeboot token create ci --role operator --expires 30d')

  token
    .command('create <name>')
    .summary('make a token and print it, once')
    .description(
      'Makes an access token and prints it on stdout. Only its hash is kept: what is not written down now is lost.',
    )
    .addOption(
      new Option('--role <role>', 'viewer looks; operator also changes hosts; admin also manages access')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .addOption(
      parsedOption(
        '--expires <span>',
        'how long it is good for, for example 30d or 12h (default: until revoked)',
        (text) => parseDurationMs(text, '--expires'),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot token create ci --role operator --expires 30d
  $ edgeboot token create grafana --role viewer > grafana.token`,
    )
    .action(async (name: string, { role, expires }: { role: Role; expires?: number }) => {
      const { createToken } = await import('../../app/access.ts')
      const end = expires === undefined ? {} : { expiresInMs: expires }
      const { token: made, text } = await createToken(context.dataDir(), { name, role, ...end })
      if (context.json) return context.stdout(`${JSON.stringify({ token: text, ...made }, null, 2)}\n`)
      const until = made.expiresAt === undefined ? 'until it is revoked' : `until ${day(made.expiresAt)}`
      context.progress(`token ${name} (${role}), good ${until}; it is shown this once:`)
      context.stdout(`${text}\n`)
    })

  token
    .command('list')
    .description('All tokens, without their secrets.')
    .addHelpText('after', '\nExample:\n  $ edgeboot token list --json')
    .action(async () => {
      const { listTokens } = await import('../../app/access.ts')
      const tokens = await listTokens(context.dataDir())
      if (context.json) return context.stdout(`${JSON.stringify({ tokens }, null, 2)}\n`)
      if (tokens.length === 0) {
        return context.progress('no tokens; make one with edgeboot token create NAME --role admin')
      }
      const rows = tokens.map(({ name, role, status, createdAt, expiresAt, lastUsedAt }) => [
        name,
        role,
        status,
        day(createdAt),
        expiresAt === undefined ? 'never' : day(expiresAt),
        lastUsedAt === undefined ? 'never' : day(lastUsedAt),
      ])
      context.stdout(`${formatTable(['TOKEN', 'ROLE', 'STATUS', 'CREATED', 'EXPIRES', 'LAST USED'], rows)}\n`)
    })

  token
    .command('revoke <name>')
    .description('Ends a token at once. Its name is free again; what it did stays in the audit trail.')
    .addHelpText('after', '\nExample:\n  $ edgeboot token revoke ci')
    .action(async (name: string) => {
      const { revokeToken } = await import('../../app/access.ts')
      const revoked = await revokeToken(context.dataDir(), name)
      if (context.json) context.stdout(`${JSON.stringify(revoked, null, 2)}\n`)
      else context.progress(`revoked ${name}`)
    })
}

/** Date and minute, UTC. */
function day(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}Z`
}
