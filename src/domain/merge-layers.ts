import { type FleetProblem, formatPlace } from './fleet/problem.ts'
import {
  asSecret,
  childPath,
  isNull,
  nameOfKind,
  type Tree,
  type TreeEntry,
  type TreeList,
  type TreeMap,
} from './fleet/tree.ts'

/** What came of merging: `problems` are places where layers contradict each other in shape. */
export interface MergedLayers {
  readonly tree: TreeMap
  readonly problems: readonly FleetProblem[]
}

/**
 * Later layers over earlier ones: maps merge deeply, anything else replaces; a list under a key that ends in `+` is
 * appended to what the layers below have under the key without it, and waits for such a list as long as there is
 * none (`settleAppends` ends the waiting). Associative where layers agree on what is a map and what is not; where
 * they do not, that is a problem. What is secret in one layer stays secret when another replaces it.
 */
export function mergeLayers(first: TreeMap, ...others: readonly TreeMap[]): MergedLayers {
  const problems: FleetProblem[] = []
  let tree = settleWithin(first, '', problems)
  for (const layer of others) tree = mergeMaps(tree, settleWithin(layer, '', problems), '', problems)
  return { tree, problems }
}

/** Keys that still end in `+` lose it: there was nothing below to append to. */
export function settleAppends(tree: TreeMap): TreeMap
export function settleAppends(tree: Tree): Tree
export function settleAppends(tree: Tree): Tree {
  if (tree.kind === 'scalar') return tree
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => settleAppends(item)) }
  const entries = new Map<string, TreeEntry>()
  for (const [key, { place, value }] of tree.entries) {
    entries.set(isAppend(key, value) ? key.slice(0, -1) : key, { place, value: settleAppends(value) })
  }
  return { ...tree, entries }
}

function mergeMaps(base: TreeMap, over: TreeMap, path: string, problems: FleetProblem[]): TreeMap {
  const entries = new Map(base.entries)
  for (const [key, entry] of over.entries) {
    const at = childPath(path, key)
    if (isAppend(key, entry.value)) appendEntry(entries, key, entry, at, problems)
    else replaceEntry(entries, key, entry, at, problems)
  }
  return { ...over, entries }
}

function replaceEntry(
  entries: Map<string, TreeEntry>,
  key: string,
  over: TreeEntry,
  path: string,
  problems: FleetProblem[],
): void {
  // A list that waited to be appended is replaced like any other.
  entries.delete(`${key}+`)
  const base = entries.get(key)
  if (!base) {
    entries.set(key, over)
    return
  }
  if (base.value.kind === 'map' && over.value.kind === 'map') {
    entries.set(key, { ...over, value: mergeMaps(base.value, over.value, path, problems) })
    return
  }
  if (isMap(base.value) !== isMap(over.value) && !isNull(base.value) && !isNull(over.value)) {
    problems.push({
      ...over.place,
      key: path,
      message: `is ${nameOfKind(over.value)} here but ${nameOfKind(base.value)} at ${formatPlace(base.place)}; layers have to agree`,
    })
  }
  const wasSecret = base.value.kind === 'scalar' && base.value.secret
  entries.set(key, wasSecret ? { ...over, value: asSecret(over.value) } : over)
}

function appendEntry(
  entries: Map<string, TreeEntry>,
  key: string,
  over: TreeEntry & { readonly value: Tree },
  path: string,
  problems: FleetProblem[],
): void {
  const plainKey = key.slice(0, -1)
  const target = entries.has(plainKey) ? plainKey : key
  const base = entries.get(target)
  if (base && base.value.kind !== 'list' && !isNull(base.value)) {
    problems.push({
      ...over.place,
      key: path,
      message: `appends to a list, but there is ${nameOfKind(base.value)} at ${formatPlace(base.place)}`,
    })
  }
  const before = base?.value.kind === 'list' ? base.value.items : []
  const list = over.value as TreeList
  entries.set(target, { ...over, value: { ...list, items: [...before, ...list.items] } })
}

/** One layer in the form in which a key stands either with or without its `+`, never both. */
function settleWithin(layer: TreeMap, path: string, problems: FleetProblem[]): TreeMap {
  const entries = new Map<string, TreeEntry>()
  const appends: [string, TreeEntry][] = []
  for (const [key, entry] of layer.entries) {
    const { value } = entry
    const at = childPath(path, key)
    const settled = value.kind === 'map' ? { ...entry, value: settleWithin(value, at, problems) } : entry
    if (isAppend(key, value)) appends.push([key, settled])
    else entries.set(key, settled)
    if (key.endsWith('+') && value.kind !== 'list') {
      problems.push({
        ...entry.place,
        key: at,
        message: `a key that ends in + appends a list, but this is ${nameOfKind(value)}`,
      })
    }
  }
  for (const [key, entry] of appends) appendEntry(entries, key, entry, childPath(path, key), problems)
  return { ...layer, entries }
}

function isAppend(key: string, value: Tree): boolean {
  return value.kind === 'list' && key.endsWith('+')
}

function isMap(tree: Tree): boolean {
  return tree.kind === 'map'
}
