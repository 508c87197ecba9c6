import { type Command, Option } from 'commander'
import type { Finding } from '../../domain/user-data.ts'
import type { CommandContext } from '../command-context.ts'
import { registerUserDataRender } from './user-data-render.ts'

interface ValidateOptions {
  readonly servedOver?: 'http' | 'https'
}

export function defineUserData(userData: Command, context: CommandContext): void {
  userData.addHelpText(
    'after',
    '\nExamples:\n  $ edgeboot user-data validate user-data.yaml\n  $ edgeboot user-data render -f fleet.yaml store-0042',
  )

  userData
    .command('validate <file...>')
    .description('Says what is wrong with user-data files: file:line:column, severity, rule, and the fix.')
    .addOption(
      new Option('--served-over <scheme>', 'also say which secrets cross the network in the clear').choices([
        'http',
        'https',
      ]),
    )
    .addHelpText(
      'after',
      '\nExit code 2 when there is an error. docs/reference/user-data-rules.md explains the rules.' +
        '\n\nExample:\n  $ edgeboot user-data validate user-data.yaml',
    )
    .action((files: string[], { servedOver }: ValidateOptions) =>
      validate(context, files, servedOver === undefined ? {} : { servedOver }),
    )

  registerUserDataRender(userData, context)

  userData
    .command('schema')
    .description('Prints the JSON Schema of user-data files, for editors that check while typing.')
    .option('--out <file>', 'write it there')
    .addHelpText(
      'after',
      '\nExample:\n  $ edgeboot user-data schema --out user-data.schema.json' +
        '\n  and below the header of the user-data file:\n  # yaml-language-server: $schema=./user-data.schema.json',
    )
    .action(async ({ out }: { readonly out?: string }) => {
      const { userDataSchema } = await import('../../app/user-data.ts')
      const text = await userDataSchema(out)
      if (out === undefined) context.stdout(text)
      else if (context.json) context.stdout(`${JSON.stringify({ file: out }, null, 2)}\n`)
      else context.progress(`wrote ${out}`)
    })
}

async function validate(context: CommandContext, files: readonly string[], options: ValidateOptions) {
  const { validateUserData } = await import('../../app/user-data.ts')
  const results = await Promise.all(files.map((file) => validateUserData(file, options)))
  if (context.json) context.stdout(`${JSON.stringify({ files: results }, null, 2)}\n`)
  else for (const { file, findings } of results) context.stdout(linesOf(file, findings))
  const hasError = results.some(({ findings }) => findings.some(({ severity }) => severity === 'error'))
  if (hasError) process.exitCode = 2
}

function linesOf(file: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${file}: no findings\n`
  return findings
    .map(({ line, column, severity, rule, message, fix }) => {
      return `${file}:${line}:${column} ${severity} ${rule} ${message}${fix ? ` — ${fix}` : ''}\n`
    })
    .join('')
}
