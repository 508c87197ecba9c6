import type { FleetProblem, Place } from '../../domain/fleet/problem.ts'
import {
  childPath,
  isNull,
  nameOfKind,
  type Tree,
  type TreeEntry,
  type TreeMap,
} from '../../domain/fleet/tree.ts'
import { nearest } from '../../domain/nearest.ts'

/** What a single value has to be. */
export interface Rule<T> {
  /** Ends the sentence `expected …`. */
  readonly expected: string
  /** `undefined`: it is not. */
  parse(text: string): T | undefined
  /** What was probably meant by a text that is none. */
  near?(text: string): string | undefined
}

const MAX_LIST = 256
const SHOWN_LENGTH = 60

/** Reads the keys of one map by rules and collects everything that is wrong. */
export class MapReader {
  readonly place: Place
  readonly path: string
  readonly #tree: TreeMap
  readonly #problems: FleetProblem[]

  private constructor(tree: TreeMap, place: Place, path: string, problems: FleetProblem[]) {
    this.#tree = tree
    this.place = place
    this.path = path
    this.#problems = problems
  }

  /**
   * A reader of a map that may have the keys `known` (any if not given), or `undefined`, said so, when it is no map.
   * Nothing at all is an empty map where the keys are known. `hints` has words for keys that are wrong in a way that is known.
   */
  static of(
    { value, place }: TreeEntry,
    path: string,
    problems: FleetProblem[],
    known?: readonly string[],
    hints: Readonly<Record<string, string>> = {},
  ): MapReader | undefined {
    if (known && isNull(value)) {
      return new MapReader({ kind: 'map', entries: new Map(), place: value.place }, place, path, problems)
    }
    if (value.kind !== 'map') {
      const expected = known ? `expected a map with ${known.join(', ')}` : 'expected a map'
      problems.push({ ...value.place, key: path, message: `is ${nameOfKind(value)}; ${expected}` })
      return undefined
    }
    for (const [key, entry] of known ? value.entries : []) {
      if (known?.includes(key)) continue
      const message = hints[key] ?? unknownKey(key, known ?? [])
      problems.push({ ...entry.place, key: childPath(path, key.slice(0, SHOWN_LENGTH)), message })
    }
    return new MapReader(value, place, path, problems)
  }

  has(key: string): boolean {
    return this.#tree.entries.has(key)
  }

  entry(key: string): TreeEntry | undefined {
    return this.#tree.entries.get(key)
  }

  entries(): Iterable<readonly [string, TreeEntry]> {
    return this.#tree.entries
  }

  /** Says that something is wrong with a key, or with the map when the key is not there. */
  refuse(key: string, message: string): void {
    const entry = this.#tree.entries.get(key)
    const place = entry?.value.place ?? this.place
    this.#problems.push({ ...place, key: key ? childPath(this.path, key) : this.path, message })
  }

  value<T>(key: string, rule: Rule<T>): T | undefined {
    const entry = this.#tree.entries.get(key)
    return entry && this.#parse(entry.value, childPath(this.path, key), rule)
  }

  required<T>(key: string, rule: Rule<T>): T | undefined {
    if (!this.has(key)) this.refuse(key, `is missing; expected ${rule.expected}`)
    return this.value(key, rule)
  }

  /** An empty list when the key is not there. */
  list<T>(key: string, rule: Rule<T>): readonly T[] {
    const entry = this.#tree.entries.get(key)
    if (!entry) return []
    const { value } = entry
    if (value.kind !== 'list') {
      this.refuse(key, `is ${nameOfKind(value)}; expected a list, each of it ${rule.expected}`)
      return []
    }
    if (value.items.length > MAX_LIST) this.refuse(key, `has more than ${MAX_LIST} entries`)
    const path = childPath(this.path, key)
    return value.items
      .slice(0, MAX_LIST)
      .map((item, index) => this.#parse(item, `${path}[${index}]`, rule))
      .filter((item) => item !== undefined)
  }

  map(
    key: string,
    known?: readonly string[],
    hints?: Readonly<Record<string, string>>,
  ): MapReader | undefined {
    const entry = this.#tree.entries.get(key)
    return entry && MapReader.of(entry, childPath(this.path, key), this.#problems, known, hints)
  }

  #parse<T>(tree: Tree, path: string, rule: Rule<T>): T | undefined {
    const parsed = tree.kind === 'scalar' && !isNull(tree) ? rule.parse(tree.text) : undefined
    if (parsed === undefined) {
      const text = tree.kind === 'scalar' && !isNull(tree) ? tree.text : undefined
      const is = text === undefined ? nameOfKind(tree) : shown(text, tree.kind === 'scalar' && tree.secret)
      const near = text && rule.near?.(text)
      const message = `is ${is}; ${near ? `did you mean ${near}? It has to be` : 'expected'} ${rule.expected}`
      this.#problems.push({ ...tree.place, key: path, message })
    }
    return parsed
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  return near
    ? `is an unknown key; did you mean ${near}?`
    : `is an unknown key; there are ${known.join(', ')}`
}

function shown(text: string, secret: boolean): string {
  if (secret) return 'a secret'
  return JSON.stringify(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text)
}

/** A property that is there only when it has a value, as `exactOptionalPropertyTypes` wants it. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}
