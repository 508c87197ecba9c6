import { type Command, Option } from 'commander'
import { Failure } from '../domain/failure.ts'

/** Options that choose what to do now, not how it is set up; they are no settings. */
export const NOT_SETTINGS: ReadonlySet<string> = new Set([
  ...['help', 'version', 'config'],
  ...[
    'dry-run',
    'explain',
    'file',
    'follow',
    'for',
    'if-version',
    'prune',
    'role',
    'show-secrets',
    'source',
    'wait',
    'yes',
  ],
])

/** Gives every option of the program and its commands its `EDGEBOOT_…` name in the environment. */
export function nameEnvironment(command: Command): void {
  for (const option of command.options) {
    if (option.envVar || NOT_SETTINGS.has(option.name())) continue
    const name = `EDGEBOOT_${option.name().replaceAll('-', '_').toUpperCase()}`
    option.env(name)
    // Commander listens only for options that had their name in the environment when they were added.
    command.on(`optionEnv:${option.name()}`, (text?: string) => {
      if (option.required || option.optional) {
        command.setOptionValueWithSource(option.attributeName(), parseValue(option, text ?? ''), 'env')
      } else if (isOn(name, process.env[name] ?? '')) {
        command.setOptionValueWithSource(option.attributeName(), !option.negate, 'env')
      }
    })
  }
  for (const child of command.commands) nameEnvironment(child)
}

/** What a variable says of a switch. Whoever writes `EDGEBOOT_INSECURE=0` does not want it on. */
function isOn(name: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(|0|false|no|off)$/i.test(text)) return false
  throw new Failure(
    'usage.invalid',
    `${name} is ${JSON.stringify(text.slice(0, 80))}; expected true or false`,
  )
}

/** The value of an option from a text; several values of one option stand in it with commas. */
export function parseValue(option: Option, text: string): unknown {
  if (option.variadic) return text.split(',').flatMap((part) => part.trim() || [])
  return option.parseArg ? option.parseArg(text, undefined) : text
}

/** An option whose text is parsed by a function that throws Failure. */
export function parsedOption<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description).argParser((text: string) => parse(text))
}
