import { Command } from 'commander'
import { expect, test } from 'vitest'
import type { CommandContext } from './command-context.ts'
import { COMMANDS } from './command-list.ts'

const context: CommandContext = {
  json: false,
  logLevel: 'warn',
  dataDir: () => '/unused',
  stdout: () => undefined,
  progress: () => undefined,
}

test.each(COMMANDS.map((entry) => [entry.usage, entry] as const))(
  '%s is defined as it is listed, with an example in its help',
  async (_, { usage, load }) => {
    const command = new Command('edgeboot').command(usage)
    let help = ''
    command.configureOutput({
      writeOut: (text) => {
        help += text
      },
    })
    const fill = await load()
    fill(command, context)
    command.outputHelp()

    const [name = '', ...names] = usage.split(' ')
    const listed = command.registeredArguments.map((one) =>
      one.required ? `<${one.name()}>` : `[${one.name()}]`,
    )
    expect(command.name()).toBe(name)
    expect(listed).toEqual(names)
    expect(help).toContain(`$ edgeboot ${name}`)
  },
)

test('no name is listed twice', () => {
  const names = COMMANDS.map(({ usage }) => usage.split(' ')[0])
  expect(new Set(names).size).toBe(names.length)
})
