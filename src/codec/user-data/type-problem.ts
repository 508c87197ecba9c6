import { type KeyShape, showPath, type UserDataPath } from '../../domain/user-data-key.ts'
import type { UserDataRule } from '../../domain/user-data-rules.ts'
import type { Located } from './located.ts'
import type { Problem } from './problem.ts'

/** A value that is not of the kind its key wants. The value itself is not told: it may be a secret. */
export function typeProblem(node: Located, shape: KeyShape): Problem {
  const rule = ruleOfType(node.path)
  const isEmpty = node.kind === 'scalar' && node.value === null
  const fix = fixOf(node, shape, rule)
  return {
    rule,
    offset: isEmpty || node.kind !== 'scalar' ? node.keyOffset : node.offset,
    message: `${showPath(node.path)} must be ${wanted(shape)}, but is ${found(node)}`,
    ...(fix === undefined ? {} : { fix }),
  }
}

/** Mistakes in stages have rules of their own: they are the ones that make a step not run without a word. */
export function ruleOfType([top, stage, index, key, inner]: UserDataPath): UserDataRule {
  if (top === undefined) return 'top-level'
  if (top !== 'stages' || stage === undefined) return 'type'
  if (key === 'commands') return 'commands'
  if (key === 'if' && inner === undefined) return 'if'
  if (key !== undefined) return 'type'
  return index === undefined ? 'stage-list' : 'stage-step'
}

function wanted(shape: KeyShape): string {
  switch (shape.kind) {
    case 'boolean':
      return 'true or false'
    case 'integer':
      return 'a whole number'
    case 'text':
      return 'text'
    case 'scalar':
      return 'a single value'
    case 'list':
      return 'a list'
    case 'map':
      return 'a map of keys'
    case 'any':
      return 'anything'
  }
}

function found(node: Located): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a map of keys'
  if (node.value === null) return 'empty'
  if (typeof node.value === 'boolean') return 'a truth value'
  return typeof node.value === 'string' ? 'text' : 'a number'
}

function fixOf(node: Located, shape: KeyShape, rule: UserDataRule): string | undefined {
  if (rule === 'top-level') return 'begin with a key such as stylus:'
  if (rule === 'if') return "put the condition in quotes: if: '[ -f /x ]'"
  if (rule === 'commands') {
    return shape.kind === 'list' ? 'write one "- command" per line below it' : 'put the command in quotes'
  }
  if (rule === 'stage-list') return 'put a "- " before the first key of each step'
  if (rule === 'stage-step') return 'write name:, commands: … below the "- "'
  if (node.kind === 'scalar' && node.value === null) return 'give a value, or remove the key'
  if (shape.kind === 'boolean') return 'write true or false, without quotes'
  if (shape.kind === 'integer') return 'write the number, without quotes'
  if (shape.kind === 'list') return 'put a "- " before each entry'
  if (shape.kind === 'text' && node.kind === 'scalar') return 'put it in quotes'
  return undefined
}
