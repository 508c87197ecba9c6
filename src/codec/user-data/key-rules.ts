import { nearest } from '../../domain/nearest.ts'
import { type KeyEntry, type KeyShape, showPath } from '../../domain/user-data-key.ts'
import { below, homesOf, USER_DATA } from '../../domain/user-data-keys.ts'
import { HOST_ID } from '../../domain/user-data-site-keys.ts'
import { BOOT_STAGES } from '../../domain/user-data-stage-keys.ts'
import type { Located, LocatedMap, LocatedScalar } from './located.ts'
import { isPlaceholder } from './placeholders.ts'
import type { Problem } from './problem.ts'
import { ruleOfType, typeProblem } from './type-problem.ts'

/** Types, allowed values, required and unknown keys, all by the key tables. */
export function checkKeys(root: Located): readonly Problem[] {
  return checkValue(root, USER_DATA)
}

function checkValue(node: Located, shape: KeyShape, entry?: KeyEntry): readonly Problem[] {
  if (node.kind === 'scalar') return checkScalar(node, shape, entry)
  if (shape.kind === 'any') return []
  if (shape.kind !== node.kind) return [typeProblem(node, shape)]
  if (node.kind === 'list') {
    const of: KeyShape = shape.kind === 'list' ? shape.of : { kind: 'any' }
    return node.items.flatMap((item) => checkValue(item, of))
  }
  if (shape.kind !== 'map') return []
  return [
    ...requiredKeys(node, shape.keys),
    ...[...node.entries].flatMap(([key, value]) => {
      const next = below(shape, key)
      if (next) return checkValue(value, next.shape, next.entry)
      return unknownKey(node, key, value, shape)
    }),
  ]
}

function checkScalar(node: LocatedScalar, shape: KeyShape, entry?: KeyEntry): readonly Problem[] {
  const { value } = node
  const old = entry?.deprecated === undefined ? [] : [deprecated(node, entry.deprecated)]
  if (value === null) return [...old, ...emptyValue(node, shape, entry)]
  if (shape.kind === 'any') return old
  const isText = typeof value === 'string' || node.isTagged
  const fits =
    shape.kind === 'scalar' ||
    (shape.kind === 'text' && isText) ||
    (shape.kind === 'boolean' && typeof value === 'boolean') ||
    (shape.kind === 'integer' && (typeof value === 'bigint' || Number.isInteger(value)) && !node.isTagged)
  if (!fits) return [...old, typeProblem(node, shape)]
  if (entry && isPlaceholder(String(value), entry, node.path)) {
    const message = `${showPath(node.path)} is still a placeholder`
    return [...old, { rule: 'placeholder', offset: node.offset, message, fix: 'give the real value' }]
  }
  return [...old, ...allowedValue(node, shape)]
}

function allowedValue(node: LocatedScalar, shape: KeyShape): readonly Problem[] {
  const { value, offset } = node
  const name = showPath(node.path)
  if (shape.kind === 'integer') {
    if (Number(value) >= shape.minimum && Number(value) <= shape.maximum) return []
    const range =
      shape.maximum === Number.MAX_SAFE_INTEGER
        ? `at least ${shape.minimum}`
        : `from ${shape.minimum} to ${shape.maximum}`
    return [{ rule: 'value', offset, message: `${name} must be ${range}` }]
  }
  if (shape.kind !== 'text' || typeof value !== 'string') return []
  if (shape.oneOf && !shape.oneOf.includes(value)) {
    const near = nearest(value, shape.oneOf)
    const message = `${name} must be ${shape.oneOf.join(' or ')}`
    return [{ rule: 'value', offset, message, ...(near ? { fix: `write ${near}` } : {}) }]
  }
  if (!shape.pattern || new RegExp(shape.pattern.source, 'u').test(value)) return []
  return [
    shape === HOST_ID
      ? {
          rule: 'name',
          offset,
          message: `${name} becomes the id of the host: ${shape.pattern.words}`,
          fix: 'use letters, digits, hyphens and underscores',
        }
      : { rule: 'value', offset, message: `${name} must be: ${shape.pattern.words}` },
  ]
}

function emptyValue(node: LocatedScalar, shape: KeyShape, entry?: KeyEntry): readonly Problem[] {
  const name = showPath(node.path)
  const offset = node.keyOffset
  if (entry?.secret) {
    const message = `${name} is empty: an unquoted #### is a comment`
    return [{ rule: 'placeholder', offset, message, fix: 'give the value in quotes, or remove the key' }]
  }
  if (shape.kind === 'text' || shape.kind === 'boolean' || shape.kind === 'integer') {
    return [typeProblem(node, shape)]
  }
  const rule = ruleOfType(node.path)
  if (rule === 'stage-step') return [typeProblem(node, shape)]
  if (shape.kind === 'any' || shape.kind === 'scalar' || node.path.length === 0) return []
  return [{ rule: 'empty', offset, message: `${name} is empty`, fix: 'remove it, or say what belongs below' }]
}

function deprecated(node: Located, instead: string): Problem {
  const message = `${showPath(node.path)} is an old key`
  return { rule: 'deprecated', offset: node.keyOffset, message, fix: `use ${instead}` }
}

function requiredKeys(map: LocatedMap, keys: readonly KeyEntry[]): readonly Problem[] {
  return keys.flatMap(({ key, required }): readonly Problem[] => {
    if (!required || map.entries.has(key)) return []
    const offset = map.keyOffset
    const name = showPath([...map.path, key])
    if (required === 'always')
      return [{ rule: 'required', offset, message: `${name} is missing`, fix: `add ${key}` }]
    const beside = map.entries.get(required.beside)
    if (!beside) return []
    if (required.is !== undefined && !(beside.kind === 'scalar' && beside.value === required.is)) return []
    const reason = required.is === undefined ? required.beside : `${required.beside}: ${required.is}`
    const message = `${name} is missing, and ${reason} needs it`
    return [{ rule: 'required', offset: beside.keyOffset, message, fix: `add ${key}` }]
  })
}

function unknownKey(
  map: LocatedMap,
  key: string,
  value: Located,
  shape: KeyShape & { kind: 'map' },
): readonly Problem[] {
  // Another rule says that a stage stands in the wrong place.
  if (map.path.length === 0 && value.kind === 'list' && isBootStage(key)) return []
  const offset = value.keyOffset
  const name = showPath(value.path)
  const near = nearKey(
    key,
    shape.keys.map((known) => known.key),
  )
  const homes = homesOf(key)
  const [home] = homes
  const isClosed = shape.others === 'refused'
  if (near !== undefined) {
    const rule = isClosed ? 'misspelt-key' : 'unknown-key'
    const message = `${name} is unknown and would be ignored`
    return [{ rule, offset, message, fix: `did you mean ${near}?` }]
  }
  if (home && homes.length === 1) {
    const rule = isClosed ? 'misplaced-key' : 'unknown-key'
    const message = `${name} stands in the wrong place and would be ignored`
    return [{ rule, offset, message, fix: `move it below ${showPath(home)}:` }]
  }
  const message = isClosed
    ? `${name} is not in the reference; older hosts ignore what they do not know`
    : `${name} is known to no reader and would be ignored`
  return [{ rule: 'unknown-key', offset, message }]
}

/** Case and kind of hyphen are what people get wrong most; very short keys are all alike. */
function nearKey(key: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '')
  const same = known.find((name) => plain(name) === plain(key))
  return same ?? (key.length < 4 ? undefined : nearest(key, known))
}

/** Whether the name is that of a stage of the boot, `.before` and `.after` included. */
export function isBootStage(name: string): boolean {
  return BOOT_STAGES.includes(name.replace(/\.(before|after)$/, ''))
}
