import { type Document, isNode, isScalar, Scalar, visit } from 'yaml'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { isPublicWord } from '../../domain/user-data-keys.ts'
import { isSecretPath, keyOf, MASK, maskInline } from '../../domain/user-data-secrets.ts'
import type { Located } from './located.ts'
import { readCloudConfig } from './read-cloud-config.ts'
import { findSecretNodes, textsOf } from './secret-nodes.ts'
import { isHeaderLine } from './text-rules.ts'
import { withHeaderFirst } from './user-data.ts'

/** Shorter ones are masked where they stand, not wherever the same letters do. */
const SHORTEST_SECRET = 4
/** More would take too long to look for everywhere. */
const MAX_SECRETS = 500

const UNSHOWABLE =
  '#cloud-config\n# Not shown: its secrets cannot be told from the rest. edgeboot user-data validate says why.\n'

/**
 * The document as people may see it: secret values are `••••`, and where they are repeated in other values, keys and
 * comments, those pieces too. Secret are the values of keys marked so in the key tables, of keys with telling names,
 * those tagged `!secret`, those at `secretPaths` (where the tags stood before they were removed), and passwords,
 * tokens and keys that show themselves in text. Layout may change; meaning does not. Of text that is not readable
 * YAML nothing is shown. Pure; never throws.
 */
export function maskSecrets(text: string, secretPaths: readonly UserDataPath[] = []): string {
  const { yaml, problems } = readCloudConfig(text)
  if (!yaml || problems.some(({ rule }) => rule !== 'tag')) return UNSHOWABLE
  if (yaml.contents === null) return maskComment(text, [])
  const secretNodes = findSecretNodes(yaml, secretPaths)
  const secrets = [...new Set([...secretNodes].flatMap((node) => [...textsOf(node)]))]
    .filter((secret) => secret.length >= SHORTEST_SECRET && secret !== MASK && secret.trim() !== '')
    .toSorted((a, b) => b.length - a.length)
  if (secrets.length > MAX_SECRETS) return UNSHOWABLE
  replaceNodes(yaml, secretNodes, secrets)
  const shown = render(yaml)
  if (shown === undefined || leaks(shown, secrets)) return UNSHOWABLE
  // A header that stood right above a secret went away with it.
  const header = text.split('\n', 10).find(isHeaderLine)
  const hasHeader = header === undefined || shown.split('\n').includes(header)
  return withHeaderFirst(hasHeader ? shown : `${header}\n${shown}`)
}

/** The paths of all secret values of a document, the topmost ones only; none when it cannot be read. */
export function secretPathsOf(
  text: string,
  secretPaths: readonly UserDataPath[] = [],
): readonly UserDataPath[] {
  const { root } = readCloudConfig(text)
  const tagged = new Set(secretPaths.map(keyOf))
  const collect = (node: Located): readonly UserDataPath[] => {
    const isEmpty = node.kind === 'scalar' && (node.value === null || typeof node.value === 'boolean')
    if (isEmpty) return []
    if (node.isTagged || tagged.has(keyOf(node.path)) || isSecretPath(node.path)) return [node.path]
    if (node.kind === 'map') return [...node.entries.values()].flatMap(collect)
    return node.kind === 'list' ? node.items.flatMap(collect) : []
  }
  return root ? collect(root) : []
}

function replaceNodes(yaml: Document, secretNodes: ReadonlySet<unknown>, secrets: readonly string[]): void {
  const maskText = (text: string): string => maskInline(withoutAll(text, secrets))
  visit(yaml, (position, node) => {
    if (secretNodes.has(node)) return new Scalar(MASK)
    if (isNode(node)) {
      if (node.commentBefore) node.commentBefore = maskComment(node.commentBefore, secrets)
      if (node.comment) node.comment = maskComment(node.comment, secrets)
    }
    if (!isScalar(node)) return undefined
    const { value } = node
    if (position === 'key' && typeof value === 'string' && isPublicWord(value)) return undefined
    if (typeof value === 'string') {
      const masked = maskText(value)
      if (masked !== value) node.value = masked
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      const written = `${node.source ?? ''} ${value}`
      if (withoutAll(written, secrets) !== written) return new Scalar(MASK)
    }
    return undefined
  })
  if (yaml.commentBefore) yaml.commentBefore = maskComment(yaml.commentBefore, secrets)
  if (yaml.comment) yaml.comment = maskComment(yaml.comment, secrets)
}

/** Comment texts have no `#`; of the text of a whole file it is part of the line. */
function maskComment(comment: string, secrets: readonly string[]): string {
  return comment
    .split('\n')
    .map((line) => {
      return isHeaderLine(line) || isHeaderLine(`#${line}`) ? line : maskInline(withoutAll(line, secrets))
    })
    .join('\n')
}

function withoutAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, MASK), text)
}

function render(yaml: Document): string | undefined {
  try {
    return yaml.toString({ lineWidth: 0 })
  } catch {
    // An alias whose anchor went away, which should not be.
    return undefined
  }
}

/** The last look: names of anchors and tags are not values. Words that every document has tell nothing. */
function leaks(shown: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => !isPublicWord(secret) && shown.includes(secret))
}
