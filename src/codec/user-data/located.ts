import { type Document, isAlias, isMap, isScalar, isSeq, Scalar, YAMLMap } from 'yaml'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { SECRET_TAG } from './yaml-options.ts'

/** A value with its place. Aliases are followed and `<<` is merged, as hosts do. */
export type Located = LocatedMap | LocatedList | LocatedScalar

interface Place {
  readonly path: UserDataPath
  /** Where the value begins, in characters from 0. */
  readonly offset: number
  /** Where its key begins; the value itself where it has no key. */
  readonly keyOffset: number
  /** It has the tag `!secret`. */
  readonly isTagged: boolean
}

export interface LocatedMap extends Place {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Located>
  /** A key is a map or a list itself: what an unquoted `{{ … }}` becomes. */
  readonly hasOddKey: boolean
}

export interface LocatedList extends Place {
  readonly kind: 'list'
  readonly items: readonly Located[]
}

export interface LocatedScalar extends Place {
  readonly kind: 'scalar'
  readonly value: string | number | bigint | boolean | null
  /** As written, for what stands there without quotes; undefined for quoted text and block text. */
  readonly plain: string | undefined
}

/** Deeper than any configuration. */
const MAX_DEPTH = 64
/** More values than any configuration, aliases followed. */
const MAX_VALUES = 100_000

export interface LocatedDocument {
  /** Absent when there is too much. */
  readonly root?: Located
  /** Offsets of keys that stand a second time in their map. */
  readonly repeatedKeys: readonly number[]
  readonly isTooComplex: boolean
}

class TooComplex {}

/** The values of a document without errors, with their places. */
export function locate(yaml: Document): LocatedDocument {
  const repeatedKeys: number[] = []
  // The library looks for each alias in the whole document.
  const anchors = new Map<string, unknown>()
  let count = 0
  let aliases = 0
  const build = (node: unknown, at: Omit<Place, 'isTagged' | 'offset'> & { fallback: number }): Located => {
    count += 1
    if (count > MAX_VALUES || at.path.length + aliases > MAX_DEPTH) throw new TooComplex()
    const { fallback, path, keyOffset } = at
    if (isAlias(node)) {
      aliases += 1
      const value = build(anchors.get(node.source), at)
      aliases -= 1
      return value
    }
    const anchor = (node as { anchor?: string } | null | undefined)?.anchor
    if (anchor !== undefined && aliases === 0) anchors.set(anchor, node)
    const offset = rangeStart(node) ?? fallback
    const place: Place = { path, keyOffset, offset, isTagged: tagOf(node) === SECRET_TAG }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => {
        const start = rangeStart(item) ?? offset
        return build(item, { path: [...path, index], keyOffset: start, fallback: start })
      })
      return { ...place, kind: 'list', items }
    }
    if (isMap(node)) {
      const entries = new Map<string, Located>()
      const merged: Located[] = []
      let hasOddKey = false
      for (const { key, value } of node.items) {
        const start = rangeStart(key) ?? offset
        if (!isScalar(key)) {
          hasOddKey = true
          continue
        }
        const name = String(key.value ?? key.source ?? '')
        const entry = build(value, { path: [...path, name], keyOffset: start, fallback: start })
        if (name === '<<') merged.push(...(entry.kind === 'list' ? entry.items : [entry]))
        else if (entries.has(name)) repeatedKeys.push(start)
        else entries.set(name, entry)
      }
      for (const source of merged) addMerged(entries, source, path)
      return { ...place, kind: 'map', entries, hasOddKey }
    }
    const scalar = isScalar(node) ? node : undefined
    const isPlain = scalar?.type === Scalar.PLAIN
    return {
      ...place,
      kind: 'scalar',
      value: toScalar(scalar?.value),
      plain: isPlain ? (scalar?.source ?? '') : undefined,
    }
  }
  try {
    // An empty file says nothing, as an empty map does.
    const contents = yaml.contents ?? new YAMLMap()
    const start = rangeStart(contents) ?? 0
    const root = build(contents, { path: [], keyOffset: start, fallback: start })
    return { root, repeatedKeys, isTooComplex: false }
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error
    return { repeatedKeys, isTooComplex: true }
  }
}

/** Keys of the map itself win over merged ones; the merged values get the path they have after merging. */
function addMerged(entries: Map<string, Located>, source: Located, path: UserDataPath): void {
  if (source.kind !== 'map') return
  for (const [name, value] of source.entries) {
    if (!entries.has(name)) entries.set(name, moved(value, [...path, name]))
  }
}

function moved(node: Located, path: UserDataPath): Located {
  if (node.kind === 'scalar') return { ...node, path }
  if (node.kind === 'list') {
    return { ...node, path, items: node.items.map((item, index) => moved(item, [...path, index])) }
  }
  const entries = new Map([...node.entries].map(([name, value]) => [name, moved(value, [...path, name])]))
  return { ...node, path, entries }
}

function toScalar(value: unknown): LocatedScalar['value'] {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return value
  return null
}

function rangeStart(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range
  return range?.[0]
}

function tagOf(node: unknown): string | undefined {
  return (node as { tag?: string } | null | undefined)?.tag
}

/** The value at a path. */
export function valueAt(root: Located | undefined, ...path: UserDataPath): Located | undefined {
  return path.reduce<Located | undefined>((node, step) => {
    if (node?.kind === 'map') return node.entries.get(String(step))
    return node?.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined
  }, root)
}

/** The text, number or truth value at a path; undefined for everything else. */
export function scalarAt(
  root: Located | undefined,
  ...path: UserDataPath
): LocatedScalar['value'] | undefined {
  const node = valueAt(root, ...path)
  return node?.kind === 'scalar' ? node.value : undefined
}

/** The value and all below it, from the top down. */
export function* everyValue(node: Located | undefined): Generator<Located> {
  if (!node) return
  yield node
  if (node.kind === 'map') for (const value of node.entries.values()) yield* everyValue(value)
  if (node.kind === 'list') for (const item of node.items) yield* everyValue(item)
}
