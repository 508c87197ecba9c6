import type { KeyEntry, KeyShape } from './user-data-key.ts'
import { USER_DATA } from './user-data-keys.ts'

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * The key tables as a JSON Schema (draft 2020-12), for editors that complete and check while typing. It knows shapes,
 * allowed values and required keys; what `edgeboot user-data validate` finds beyond that, no schema can say.
 */
export function createUserDataSchema(): JsonSchema {
  const definitions = new Map<KeyShape, { readonly name: string; schema: JsonSchema }>()
  const repeated = repeatedShapes()
  const refer = (shape: KeyShape, path: readonly string[]): JsonSchema => {
    if (!repeated.has(shape)) return schemaOf(shape, path, refer)
    const known = definitions.get(shape)
    if (known) return { $ref: `#/$defs/${known.name}` }
    const definition = { name: path.join('-').replaceAll(/[^\w-]/g, '_'), schema: {} }
    definitions.set(shape, definition)
    definition.schema = schemaOf(shape, path, refer)
    return { $ref: `#/$defs/${definition.name}` }
  }
  const schema = schemaOf(USER_DATA, [], refer)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'User-data of Palette Edge and Kairos hosts',
    description: 'A cloud-config document; its first line is #cloud-config.',
    ...schema,
    $defs: Object.fromEntries([...definitions.values()].map((each) => [each.name, each.schema])),
  }
}

type Refer = (shape: KeyShape, path: readonly string[]) => JsonSchema

function schemaOf(shape: KeyShape, path: readonly string[], refer: Refer): JsonSchema {
  switch (shape.kind) {
    case 'boolean':
      return { type: 'boolean' }
    case 'integer':
      return {
        type: 'integer',
        minimum: shape.minimum,
        ...(shape.maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum: shape.maximum }),
      }
    case 'text':
      return {
        type: 'string',
        ...(shape.oneOf ? { enum: shape.oneOf } : {}),
        ...(shape.pattern ? { pattern: shape.pattern.source } : {}),
      }
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] }
    case 'list':
      return { type: 'array', items: refer(shape.of, [...path, 'item']) }
    case 'any':
      return {}
    case 'map':
      return mapSchema(shape, path, refer)
  }
}

function mapSchema(shape: KeyShape & { kind: 'map' }, path: readonly string[], refer: Refer): JsonSchema {
  const { keys, others } = shape
  const properties = keys.map((entry) => {
    return [entry.key, { ...refer(entry.shape, [...path, entry.key]), ...annotations(entry) }]
  })
  const free = typeof others === 'string' ? others === 'reported' : refer(others, [...path, 'each'])
  return {
    type: 'object',
    ...(keys.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    additionalProperties: free,
    ...requirements(keys),
  }
}

function annotations({ description, secret, absent, deprecated }: KeyEntry): JsonSchema {
  const said = [
    description,
    ...(secret ? ['Secret: masked wherever Edgeboot shows the document.'] : []),
    ...(deprecated === undefined ? [] : [`Old; use ${deprecated}.`]),
  ]
  return {
    description: said.join(' '),
    ...(absent === undefined ? {} : { default: absent }),
    ...(deprecated === undefined ? {} : { deprecated: true }),
  }
}

function requirements(keys: readonly KeyEntry[]): JsonSchema {
  const always = keys.filter(({ required }) => required === 'always').map(({ key }) => key)
  const beside = new Map<string, string[]>()
  const conditions: JsonSchema[] = []
  for (const { key, required } of keys) {
    if (required === undefined || required === 'always') continue
    if (required.is === undefined) beside.set(required.beside, [...(beside.get(required.beside) ?? []), key])
    else {
      const is = { properties: { [required.beside]: { const: required.is } }, required: [required.beside] }
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      conditions.push({ if: is, then: { required: [key] } })
    }
  }
  return {
    ...(always.length === 0 ? {} : { required: always }),
    ...(beside.size === 0 ? {} : { dependentRequired: Object.fromEntries(beside) }),
    ...(conditions.length === 0 ? {} : { allOf: conditions }),
  }
}

/** Lists and maps that stand at several keys: written once. */
function repeatedShapes(): ReadonlySet<KeyShape> {
  const seen = new Set<KeyShape>()
  const repeated = new Set<KeyShape>()
  const visit = (shape: KeyShape): void => {
    if (shape.kind !== 'map' && shape.kind !== 'list') return
    if (seen.has(shape)) {
      repeated.add(shape)
      return
    }
    seen.add(shape)
    if (shape.kind === 'list') visit(shape.of)
    else {
      for (const { shape: inner } of shape.keys) visit(inner)
      if (typeof shape.others !== 'string') visit(shape.others)
    }
  }
  visit(USER_DATA)
  return repeated
}
