import type { Tree, TreeScalar } from '../../domain/fleet/tree.ts'

/** What stands where a secret is, when a document is shown. */
const MASK = '"••••••"'

/** Words that some readers (YAML 1.1, Go's yaml.v2) take for truth values, nothing or numbers. */
const AMBIGUOUS = /^(|~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|[-+.]?[0-9].*|=|<<)$/i
/** Text that is itself in every YAML and every place; all else is quoted. */
const SAFE = /^[A-Za-z0-9_/][A-Za-z0-9_/.@+-]*( [A-Za-z0-9_/.@+-]+)*$/
/** What may stand in a literal block, line by line; a block does not begin with a space or an empty line. */
const BLOCK = /^[^\s][\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/

/**
 * A tree as a YAML document in block style. Scalars that were plain stay as they were written, so that `0644` or
 * `1e3` mean to the next reader what they meant before; text is quoted where any reader might take it for something
 * else. `mask`: secrets are replaced, for showing.
 */
export function emitYaml(tree: Tree, { mask = false }: { readonly mask?: boolean } = {}): string {
  const lines: string[] = []
  if (isBlock(tree)) emitBlock(tree, '', lines, mask)
  else lines.push(emitInline(tree, mask))
  return `${lines.join('\n')}\n`
}

function emitBlock(tree: Tree, indent: string, lines: string[], mask: boolean): void {
  if (tree.kind === 'map') {
    for (const [key, { value }] of tree.entries)
      emitChild(`${indent}${quotedText(key)}:`, value, indent, lines, mask)
  } else if (tree.kind === 'list') {
    for (const item of tree.items) emitItem(item, indent, lines, mask)
  }
}

function emitItem(item: Tree, indent: string, lines: string[], mask: boolean): void {
  if (!isBlock(item)) {
    emitChild(`${indent}-`, item, indent, lines, mask)
    return
  }
  const at = lines.length
  emitBlock(item, `${indent}  `, lines, mask)
  // The first line of an item stands beside its dash.
  lines[at] = `${indent}- ${(lines[at] ?? '').slice(indent.length + 2)}`
}

function emitChild(head: string, value: Tree, indent: string, lines: string[], mask: boolean): void {
  if (isBlock(value)) {
    lines.push(head)
    emitBlock(value, `${indent}  `, lines, mask)
  } else if (value.kind === 'scalar' && isLiteral(value) && !(mask && value.secret)) {
    lines.push(`${head} |${chompingOf(value.text)}`)
    const body = value.text.endsWith('\n') ? value.text.slice(0, -1) : value.text
    for (const line of body.split('\n')) lines.push(line ? `${indent}  ${line}` : '')
  } else lines.push(`${head} ${emitInline(value, mask)}`)
}

function emitInline(tree: Tree, mask: boolean): string {
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? '[]' : '{}'
  if (mask && tree.secret) return MASK
  if (!tree.plain) return quotedText(tree.text)
  if (tree.text === '') return 'null'
  // A plain scalar of several lines is text: nothing else is as long.
  return tree.text.includes('\n') ? quoted(tree.text) : tree.text
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
