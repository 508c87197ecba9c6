import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'

export function registerUserDataCommands(program: Command, context: CommandContext): void {
  const userData = program.command('user-data').description('Checks of the cloud-config that hosts get.')

  userData
    .command('validate <file...>')
    .description('Says what is wrong with user-data files: file:line:column, severity, rule, and the fix.')
    .addHelpText('after', '\nExample:\n  $ edgeboot user-data validate user-data.yaml')
    .action(async (files: string[]) => {
      const { validateUserData } = await import('../../app/user-data.ts')
      const results = await Promise.all(files.map(validateUserData))
      const errors = results.flatMap(({ findings }) =>
        findings.filter(({ severity }) => severity === 'error'),
      )
      if (context.json) context.stdout(`${JSON.stringify({ files: results }, null, 2)}\n`)
      else {
        for (const { file, findings } of results) {
          if (findings.length === 0) context.stdout(`${file}: no findings\n`)
          for (const { line, column, severity, rule, message, fix } of findings) {
            context.stdout(
              `${file}:${line}:${column} ${severity} ${rule} ${message}${fix ? ` — ${fix}` : ''}\n`,
            )
          }
        }
      }
      if (errors.length > 0) process.exitCode = 2
    })
}
