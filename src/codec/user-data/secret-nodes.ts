import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { isSecretPath, keyOf } from '../../domain/user-data-secrets.ts'
import { SECRET_TAG } from './yaml-options.ts'

/**
 * The nodes of a document that are secret as a whole, the topmost ones only: by path, by tag, by an alias that stands
 * at such a place, and aliases to anything within a secret. Names of anchors that are used twice count as one.
 */
export function findSecretNodes(yaml: Document, tagged: readonly UserDataPath[]): ReadonlySet<unknown> {
  const taggedKeys = new Set(tagged.map(keyOf))
  const anchors = new Set<string>()
  let found = new Set<unknown>()
  const walk = (node: unknown, path: UserDataPath, isWithin: boolean): void => {
    const isSecret = isWithin || isSecretNode(node, path)
    if (isSecret && !isWithin && !isOpen(node)) found.add(node)
    const name = anchorOf(node)
    if (isSecret && name !== undefined) anchors.add(name)
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const step = isScalar(key) ? String(key.value ?? key.source ?? '') : '?'
        if (!isScalar(key)) walk(key, [...path, '?'], isSecret)
        walk(value, [...path, step], isSecret)
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) walk(item, [...path, index], isSecret)
    }
  }
  const isSecretNode = (node: unknown, path: UserDataPath): boolean => {
    const name = anchorOf(node)
    if (name !== undefined && anchors.has(name)) return true
    if ((node as { tag?: string } | null)?.tag === SECRET_TAG) return true
    return taggedKeys.has(keyOf(path)) || isSecretPath(path)
  }
  // An alias may make a value above it secret, and that one others: until nothing new is found.
  for (let known = -1; known < anchors.size; ) {
    known = anchors.size
    found = new Set()
    walk(yaml.contents, [], false)
  }
  return found
}

/** Truth values and nothing at all keep no secret. */
function isOpen(node: unknown): boolean {
  return node === null || (isScalar(node) && (typeof node.value === 'boolean' || node.value === null))
}

function anchorOf(node: unknown): string | undefined {
  if (isAlias(node)) return node.source
  return isNode(node) ? (node as { anchor?: string }).anchor : undefined
}

/** All that could be told of a secret value: its text, as written and as meant, its keys, and its lines. */
export function* textsOf(node: unknown): Generator<string> {
  if (isScalar(node)) {
    for (const text of [String(node.value), node.source ?? '']) {
      yield text
      if (text.includes('\n')) yield* text.split('\n').map((line) => line.trim())
    }
  } else if (isMap(node)) {
    for (const { key, value } of node.items) {
      yield* textsOf(key)
      yield* textsOf(value)
    }
  } else if (isSeq(node)) {
    for (const item of node.items) yield* textsOf(item)
  }
}
