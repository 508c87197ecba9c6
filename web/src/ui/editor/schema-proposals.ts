import type { SchemaNode } from '../../api/user-data.ts'
import { ITEM, type PathStep, type Place } from './place-at.ts'

/** What could be written. */
export interface Proposal {
  readonly label: string
  /** What is put in its place. */
  readonly text: string
  readonly kind: 'key' | 'value'
  /** The kind of value. */
  readonly detail?: string
  /** What it means. */
  readonly info?: string
}

/** Keys or values that the schema knows for a place. */
export function proposalsFor(schema: SchemaNode, { path, key, taken }: Place): readonly Proposal[] {
  const map = path.reduce<SchemaNode | undefined>((node, step) => below(schema, node, step), schema)
  if (!map) return []
  if (key !== undefined) return valuesOf(below(schema, map, key))
  return Object.entries(map.properties ?? {})
    .filter(([name]) => !taken.includes(name))
    .map(([name, child]) => keyProposal(name, resolved(schema, child)))
}

function keyProposal(name: string, { type, description, default: usual }: SchemaNode): Proposal {
  const kind = typeof type === 'string' ? type : undefined
  const info = [description, usual === undefined ? undefined : `Without it: ${String(usual)}.`]
  return {
    label: name,
    text: kind === 'object' || kind === 'array' ? `${name}:` : `${name}: `,
    kind: 'key',
    ...(kind === undefined ? {} : { detail: WORDS[kind] ?? kind }),
    info: info.filter((part) => part !== undefined).join(' '),
  }
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'map',
  array: 'list',
  string: 'text',
  boolean: 'true or false',
  integer: 'number',
}

function valuesOf(node: SchemaNode | undefined): readonly Proposal[] {
  const values = node?.enum ?? (node?.type === 'boolean' ? [true, false] : [])
  return values.map((value) => ({ label: String(value), text: String(value), kind: 'value' }))
}

function below(schema: SchemaNode, node: SchemaNode | undefined, step: PathStep): SchemaNode | undefined {
  if (!node) return undefined
  const { items, properties = {}, additionalProperties } = node
  if (step === ITEM) return items && resolved(schema, items)
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const child = own ?? other
  return child && resolved(schema, child)
}

/** The node itself, or the shared one it refers to by `#/$defs/NAME`. */
function resolved(schema: SchemaNode, node: SchemaNode): SchemaNode {
  const name = node.$ref?.replace(/^#\/\$defs\//, '')
  const shared = name === undefined ? undefined : schema.$defs?.[name]
  // What stands beside the reference is said of this place in particular.
  return shared ? { ...shared, ...node } : node
}
