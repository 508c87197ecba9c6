import type { Place } from '../../domain/fleet/problem.ts'
import type { Tree, TreeEntry, TreeScalar } from '../../domain/fleet/tree.ts'

/** What stands where a secret is, when a document is shown. */
const MASK = '"••••••"'

/** Words that some readers (YAML 1.1, Go's yaml.v2) take for truth values, nothing or numbers. */
const AMBIGUOUS = /^(|~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|[-+.]?[0-9].*|=|<<)$/i
/** Text that is itself in every YAML and every place; all else is quoted. */
const SAFE = /^[A-Za-z0-9_/][A-Za-z0-9_/.@+-]*( [A-Za-z0-9_/.@+-]+)*$/
/** What may stand in a literal block; none begins with a space or an empty line. */
const BLOCK = /^[\x21-\x7e\xa1-\u167f][\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/

/**
 * A tree as a YAML document in block style. Scalars that were plain stay as they were written, so that `0644` or
 * `1e3` mean to the next reader what they meant before; text is quoted where any reader might take it for something
 * else. `mask`: secrets are replaced, for showing.
 */
export function emitYaml(tree: Tree, { mask = false }: { readonly mask?: boolean } = {}): string {
  return `${emitLines(tree, mask).texts.join('\n')}\n`
}

/** Of each line of `emitYaml`, where what stands in it came from. */
export function originsOf(tree: Tree): readonly Place[] {
  return emitLines(tree, false).places
}

interface Lines {
  readonly texts: string[]
  readonly places: Place[]
  readonly mask: boolean
}

function emitLines(tree: Tree, mask: boolean): Lines {
  const lines: Lines = { texts: [], places: [], mask }
  if (isBlock(tree)) emitBlock(tree, '', lines)
  else push(lines, emitInline(tree, mask), tree.place)
  return lines
}

function push(lines: Lines, text: string, place: Place): void {
  lines.texts.push(text)
  lines.places.push(place)
}

function emitBlock(tree: Tree, indent: string, lines: Lines): void {
  if (tree.kind === 'map') {
    for (const [key, entry] of tree.entries) emitChild(`${indent}${quotedText(key)}:`, entry, indent, lines)
  } else if (tree.kind === 'list') {
    for (const item of tree.items) emitItem(item, indent, lines)
  }
}

function emitItem(item: Tree, indent: string, lines: Lines): void {
  if (!isBlock(item)) {
    emitChild(`${indent}-`, { value: item, place: item.place }, indent, lines)
    return
  }
  const at = lines.texts.length
  emitBlock(item, `${indent}  `, lines)
  // The first line of an item stands beside its dash.
  lines.texts[at] = `${indent}- ${(lines.texts[at] ?? '').slice(indent.length + 2)}`
}

function emitChild(head: string, { value, place }: TreeEntry, indent: string, lines: Lines): void {
  if (isBlock(value)) {
    push(lines, head, place)
    emitBlock(value, `${indent}  `, lines)
  } else if (value.kind === 'scalar' && isLiteral(value) && !(lines.mask && value.secret)) {
    push(lines, `${head} |${chompingOf(value.text)}`, place)
    const body = value.text.endsWith('\n') ? value.text.slice(0, -1) : value.text
    for (const line of body.split('\n')) push(lines, line ? `${indent}  ${line}` : '', value.place)
  } else push(lines, `${head} ${emitInline(value, lines.mask)}`, place)
}

function emitInline(tree: Tree, mask: boolean): string {
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? '[]' : '{}'
  if (mask && tree.secret) return MASK
  if (!tree.plain) return quotedText(tree.text)
  if (tree.text === '') return 'null'
  // A plain scalar of several lines, or with control characters, can only be text.
  return /\p{Cc}/u.test(tree.text) ? quoted(tree.text) : tree.text
}

function isBlock(tree: Tree): boolean {
  return (tree.kind === 'map' && tree.entries.size > 0) || (tree.kind === 'list' && tree.items.length > 0)
}

function isLiteral({ text, plain }: TreeScalar): boolean {
  return !plain && text.includes('\n') && BLOCK.test(text)
}

/** How many line breaks the end of a literal block stands for: `-` none, nothing one, `+` as many as there are. */
function chompingOf(text: string): '' | '-' | '+' {
  if (!text.endsWith('\n')) return '-'
  return text.endsWith('\n\n') ? '+' : ''
}

function quotedText(text: string): string {
  return SAFE.test(text) && !AMBIGUOUS.test(text) ? text : quoted(text)
}

/** JSON's escapes are YAML's; what YAML calls unprintable has to be escaped beyond them. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
