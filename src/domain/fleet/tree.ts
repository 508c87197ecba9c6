import type { UserDataPath } from '../user-data-key.ts'
import type { Place } from './problem.ts'

/**
 * A scalar as it was written. `plain`: without quotes, so that its meaning (number, truth value, null, text) is
 * left to whoever reads it in the end; otherwise `text` is text and nothing else.
 */
export interface TreeScalar {
  readonly kind: 'scalar'
  readonly text: string
  readonly plain: boolean
  /** To be masked wherever people see it. */
  readonly secret: boolean
  readonly place: Place
  /** The layer it came from, once layers are merged. */
  readonly layer?: string
}

export interface TreeList {
  readonly kind: 'list'
  readonly items: readonly Tree[]
  readonly place: Place
  readonly layer?: string
}

export interface TreeMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, TreeEntry>
  readonly place: Place
  readonly layer?: string
}

export interface TreeEntry {
  /** Where the key stands. */
  readonly place: Place
  readonly value: Tree
}

/** A YAML document that remembers where each part of it stands. */
export type Tree = TreeScalar | TreeList | TreeMap

/** One leaf of a tree: a scalar, or a list or map without anything in it. */
export interface TreeLeaf {
  /** For example `stages.boot[0].commands[1]`. */
  readonly path: string
  readonly node: Tree
}

/** True for what YAML reads as nothing: an empty value, `~` or `null` without quotes. */
export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.plain && /^(|~|null|Null|NULL)$/.test(tree.text)
}

/** What people call it, for messages. */
export function nameOfKind(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`
  return isNull(tree) ? 'empty' : 'a single value'
}

/** All leaves in order. */
export function leavesOf(tree: Tree, path = ''): readonly TreeLeaf[] {
  const leaves: TreeLeaf[] = []
  collect(tree, path, leaves)
  return leaves
}

/** Paths of the leaves that are secret, as keys and indexes. */
export function secretLeavesOf(tree: Tree, path: UserDataPath = []): readonly UserDataPath[] {
  switch (tree.kind) {
    case 'scalar':
      return tree.secret ? [path] : []
    case 'list':
      return tree.items.flatMap((item, index) => secretLeavesOf(item, [...path, index]))
    case 'map':
      return [...tree.entries].flatMap(([key, { value }]) => secretLeavesOf(value, [...path, key]))
  }
}

/** The tree with another layer name on every node. */
export function withLayer<T extends Tree>(tree: T, layer: string): T
export function withLayer(tree: Tree, layer: string): Tree {
  switch (tree.kind) {
    case 'scalar':
      return { ...tree, layer }
    case 'list':
      return { ...tree, layer, items: tree.items.map((item) => withLayer(item, layer)) }
    case 'map':
      return { ...tree, layer, entries: mapEntries(tree.entries, (value) => withLayer(value, layer)) }
  }
}

/** The tree with every leaf marked secret. */
export function asSecret(tree: Tree): Tree {
  switch (tree.kind) {
    case 'scalar':
      return tree.secret ? tree : { ...tree, secret: true }
    case 'list':
      return { ...tree, items: tree.items.map(asSecret) }
    case 'map':
      return { ...tree, entries: mapEntries(tree.entries, asSecret) }
  }
}

/** The same keys with other values. */
export function mapEntries(
  entries: TreeMap['entries'],
  change: (value: Tree, key: string) => Tree,
): TreeMap['entries'] {
  const changed = new Map<string, TreeEntry>()
  for (const [key, { place, value }] of entries) changed.set(key, { place, value: change(value, key) })
  return changed
}

/** The path of a key below another path. */
export function childPath(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}

function collect(tree: Tree, path: string, into: TreeLeaf[]): void {
  if (tree.kind === 'list' && tree.items.length > 0) {
    for (const [index, item] of tree.items.entries()) collect(item, `${path}[${index}]`, into)
  } else if (tree.kind === 'map' && tree.entries.size > 0) {
    for (const [key, { value }] of tree.entries) collect(value, childPath(path, key), into)
  } else into.push({ path, node: tree })
}
