import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml'
import type { FleetProblem, Place } from '../../domain/fleet/problem.ts'
import { asSecret, childPath, type Tree, type TreeEntry, type TreeMap } from '../../domain/fleet/tree.ts'

/** A file as it was read. */
export interface SourceFile {
  /** As people know it: the path they gave. */
  readonly file: string
  readonly text: string
}

/** The documents of a YAML file; with problems they are not to be used. */
export interface YamlTrees {
  readonly documents: readonly Tree[]
  readonly problems: readonly FleetProblem[]
}

/** Enough for some 50,000 hosts; a parser takes about a second for each 2 MiB. UTF-16 units. */
const MAX_LENGTH = 16 * 1024 * 1024
const MAX_DEPTH = 64
/** Nodes of all documents with every alias written out: more is an attack or an accident. */
const MAX_NODES = 4_000_000
const MAX_SYNTAX_PROBLEMS = 50

/**
 * Reads YAML 1.2 into trees that keep places, quotes and the spelling of numbers, resolving aliases and the tag
 * `!secret`. Never throws for bad input; sizes, depth and aliases are bounded.
 */
export function parseYamlTrees(source: SourceFile): YamlTrees {
  const places = createPlaces(source)
  if (source.text.length > MAX_LENGTH) {
    const message = `the file is larger than ${MAX_LENGTH / 1024 / 1024} MiB; split it`
    return { documents: [], problems: [{ ...places(0), key: '', message }] }
  }
  const parsed = parseDocuments(source.text)
  if ('problem' in parsed)
    return { documents: [], problems: [{ ...places(0), key: '', message: parsed.problem }] }
  const broken = parsed.documents.flatMap(({ errors }) => errors).slice(0, MAX_SYNTAX_PROBLEMS)
  if (broken.length > 0) {
    const problems = broken.map(({ pos, message }) => ({
      ...places(pos[0]),
      key: '',
      message: syntaxMessage(message),
    }))
    return { documents: [], problems }
  }
  const reader = new TreeReader(places)
  const documents = parsed.documents.flatMap((document) => reader.read(document))
  return { documents, problems: reader.problems }
}

function parseDocuments(
  text: string,
): { readonly documents: readonly Document[] } | { readonly problem: string } {
  try {
    // Keys are compared here in linear time; the parser would compare each with each.
    const options = {
      uniqueKeys: false,
      prettyErrors: false,
      schema: 'failsafe',
      logLevel: 'silent',
    } as const
    const documents = parseAllDocuments(text, options)
    return { documents: 'empty' in documents ? [] : documents }
  } catch (error) {
    return { problem: syntaxMessage((error as Error).message) }
  }
}

/** The parser descends by recursion, and reports the end of its stack like a mistake. */
function syntaxMessage(message: string): string {
  return /call stack/i.test(message) ? 'it is nested too deeply' : `this is no YAML: ${message}`
}

/** From offsets in a text to places in its file. */
function createPlaces({ file, text }: SourceFile): (offset: number) => Place {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** A tree and how many nodes it has with its aliases written out. */
interface Weighed {
  readonly tree: Tree
  readonly weight: number
}

class TreeReader {
  readonly problems: FleetProblem[] = []
  readonly #places: (offset: number) => Place
  #anchors = new Map<string, Weighed>()
  #nodes = 0

  constructor(places: (offset: number) => Place) {
    this.#places = places
  }

  /** Nothing for an empty document, or when it is too much. */
  read(document: Document): readonly Tree[] {
    this.#anchors = new Map()
    if (document.contents === null || this.#nodes > MAX_NODES) return []
    if (isScalar(document.contents) && document.contents.source === '') return []
    return [this.#node(document.contents, '', 0, this.#places(0)).tree]
  }

  #node(node: unknown, path: string, depth: number, fallback: Place): Weighed {
    const place = this.#placeOf(node) ?? fallback
    if (depth > MAX_DEPTH) return this.#refuse(place, path, `is nested more than ${MAX_DEPTH} levels deep`)
    if (isAlias(node)) return this.#alias(node.source, path, place)
    const weighed = this.#plainNode(node, path, depth, place)
    const marked = this.#isSecret(node, path, place) ? { ...weighed, tree: asSecret(weighed.tree) } : weighed
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor) this.#anchors.set(node.anchor, marked)
    return marked
  }

  #plainNode(node: unknown, path: string, depth: number, place: Place): Weighed {
    this.#nodes += 1
    if (isMap(node)) return this.#map(node.items, path, depth, place)
    if (isSeq(node)) {
      let weight = 1
      const items = node.items.map((item, index) => {
        const read = this.#node(item, `${path}[${index}]`, depth + 1, place)
        weight += read.weight
        return read.tree
      })
      return { tree: { kind: 'list', items, place }, weight }
    }
    if (isScalar(node)) return { tree: this.#scalar(node, path, place), weight: 1 }
    return { tree: { kind: 'scalar', text: '', plain: true, secret: false, place }, weight: 1 }
  }

  #map(
    items: readonly { key: unknown; value: unknown }[],
    path: string,
    depth: number,
    place: Place,
  ): Weighed {
    const entries = new Map<string, TreeEntry>()
    let weight = 1
    for (const { key, value } of items) {
      const keyPlace = this.#placeOf(key) ?? place
      if (!isScalar(key)) {
        this.#refuse(
          keyPlace,
          path,
          'has a key that is no single word; quote it if a brace or bracket is meant',
        )
        continue
      }
      const name = String(key.value ?? '')
      const at = childPath(path, name.slice(0, 100))
      const before = entries.get(name)
      if (before) this.#refuse(keyPlace, at, `stands twice: line ${before.place.line} has it already`)
      if (name === '<<')
        this.#refuse(keyPlace, at, 'merge keys are not part of YAML 1.2; use the layers of the fleet')
      const read = this.#node(value, at, depth + 1, keyPlace)
      weight += 1 + read.weight
      entries.set(name, { place: keyPlace, value: read.tree })
    }
    const tree: TreeMap = { kind: 'map', entries, place }
    return { tree, weight }
  }

  #scalar(node: Scalar, path: string, place: Place): Tree {
    const text = String(node.value ?? '')
    if (!text.isWellFormed()) this.#refuse(place, path, 'has half of a character (a lone surrogate)')
    const plain = node.type === 'PLAIN' && node.tag !== 'tag:yaml.org,2002:str'
    return { kind: 'scalar', text, plain, secret: false, place }
  }

  #alias(name: string, path: string, place: Place): Weighed {
    const target = this.#anchors.get(name)
    if (!target) return this.#refuse(place, path, `*${name} is defined nowhere above, or contains itself`)
    this.#nodes += target.weight
    if (this.#nodes > MAX_NODES) return this.#refuse(place, path, 'its aliases stand for too much')
    return target
  }

  #isSecret(node: unknown, path: string, place: Place): boolean {
    const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined
    if (tag === undefined || tag.startsWith('tag:yaml.org,2002:')) return false
    if (tag === '!secret') return true
    if (tag !== '!') this.#refuse(place, path, `the tag ${tag.slice(0, 60)} is unknown; there is !secret`)
    return false
  }

  #placeOf(node: unknown): Place | undefined {
    const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : undefined
    return range ? this.#places(range[0]) : undefined
  }

  #refuse(place: Place, key: string, message: string): Weighed {
    if (this.problems.length < MAX_SYNTAX_PROBLEMS) this.problems.push({ ...place, key, message })
    return { tree: { kind: 'scalar', text: '', plain: true, secret: false, place }, weight: 1 }
  }
}
