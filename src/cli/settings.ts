import { type Command, Option } from 'commander'
import { parseDocument } from 'yaml'
import { readSettingsText } from '../app/settings-text.ts'
import { Failure } from '../domain/failure.ts'
import { nearest } from '../domain/nearest.ts'

/** Options that choose what to do now, not how it is set up; they are no settings. */
const NOT_SETTINGS = new Set([
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

/**
 * Fills in the options that neither the command line nor the environment gave from a settings file: a YAML map
 * whose keys are option names (`boot-port: 9000`). Failure `config.invalid` with file, line and the nearest known
 * name.
 */
export async function applySettingsFile(path: string, program: Command, action: Command): Promise<void> {
  const document = parseDocument(await readSettingsText(path))
  const problem = document.errors[0]
  if (problem) throw new Failure('config.invalid', `${path}: ${problem.message}`)
  const settings: unknown = document.toJS({ maxAliasCount: 10 })
  if (settings === null) return
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    throw new Failure('config.invalid', `${path}: expected a map of settings such as boot-port: 9000`)
  }
  const known = knownNames(program)
  const lines = document.toString().split('\n')
  for (const [name, value] of Object.entries(settings)) {
    const where = `${path}:${lines.findIndex((line) => line.startsWith(`${name}:`)) + 1}`
    if (!known.includes(name)) {
      const near = nearest(name, known)
      const hint = near ? `did you mean ${near}?` : `known are: ${known.join(', ')}`
      throw new Failure('config.invalid', `${where}: there is no setting ${name}; ${hint}`)
    }
    for (const command of new Set([program, action])) setOption(command, name, value, where)
  }
}

function setOption(command: Command, name: string, value: unknown, where: string): void {
  const option = command.options.find((candidate) => candidate.name() === name)
  if (!option) return
  const source = command.getOptionValueSource(option.attributeName())
  if (source === 'cli' || source === 'env') return
  const values = option.variadic && Array.isArray(value) ? value : [value]
  if (!values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) {
    const expected = option.variadic ? 'one value, or a list of them' : 'a single value'
    throw new Failure('config.invalid', `${where}: ${name} takes ${expected}`)
  }
  if (option.isBoolean() || option.negate) {
    if (typeof value !== 'boolean')
      throw new Failure('config.invalid', `${where}: ${name} takes true or false`)
    command.setOptionValueWithSource(option.attributeName(), option.negate ? !value : value, 'config')
    return
  }
  command.setOptionValueWithSource(option.attributeName(), parseValue(option, values.join(',')), 'config')
}

/** Several values of one option stand in one text with commas. */
function parseValue(option: Option, text: string): unknown {
  if (option.variadic) return text.split(',').flatMap((part) => part.trim() || [])
  return option.parseArg ? option.parseArg(text, undefined) : text
}

function knownNames(command: Command): string[] {
  const own = command.options.map((option) => option.name()).filter((name) => !NOT_SETTINGS.has(name))
  return [...new Set([...own, ...command.commands.flatMap(knownNames)])].sort()
}

/** An option whose text is parsed by a function that throws Failure. */
export function parsedOption<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description).argParser((text: string) => parse(text))
}
