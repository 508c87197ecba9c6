import type { Command } from 'commander'
import { parseDocument } from 'yaml'
import { readSettingsText } from '../app/settings-text.ts'
import { Failure } from '../domain/failure.ts'
import { nearest } from '../domain/nearest.ts'
import { NOT_SETTINGS, parseValue } from './settings.ts'

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

function knownNames(command: Command): string[] {
  const own = command.options.map((option) => option.name()).filter((name) => !NOT_SETTINGS.has(name))
  return [...new Set([...own, ...command.commands.flatMap(knownNames)])].sort()
}
