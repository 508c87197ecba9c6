import { type Document, Lexer, LineCounter, parseDocument } from 'yaml'
import { type Located, locate } from './located.ts'
import type { Problem } from './problem.ts'
import { explainYamlError } from './yaml-messages.ts'
import { SECRET_TAG, YAML_OPTIONS } from './yaml-options.ts'

/** Deeper brackets than any configuration has. */
const MAX_BRACKETS = 64
/** Deeper indentation than any configuration has; each level takes at least one column. */
const MAX_INDENT = 256
/** More words and signs than any configuration has: half a second of parsing. */
const MAX_TOKENS = 300_000

/** A document that was read, as far as it could be. */
export interface CloudConfig {
  readonly yaml?: Document
  /** Absent when a problem keeps it from being read. */
  readonly root?: Located
  readonly problems: readonly Problem[]
  place(offset: number): { readonly line: number; readonly column: number }
}

/** Reads YAML 1.2 of any content in bounded time and space. Never throws. */
export function readCloudConfig(text: string): CloudConfig {
  const lines = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (isTooDeepToParse(text)) return { problems: [tooComplex()], place }
  const yaml = parseDocument(text, { ...YAML_OPTIONS, lineCounter: lines })
  const problems: Problem[] = yaml.errors.map(({ code, pos: [offset] }) => {
    return code === 'RESOURCE_EXHAUSTION' ? tooComplex() : { rule: 'yaml', offset, ...explainYamlError(code) }
  })
  if (problems.length > 0) return { yaml, problems, place }
  const { root, repeatedKeys, isTooComplex } = locate(yaml)
  if (isTooComplex) return { yaml, problems: [tooComplex()], place }
  const repeated = repeatedKeys.map((offset): Problem => {
    const message = 'this key stands twice in the same map; only one of them can count'
    return { rule: 'duplicate-key', offset, message, fix: 'remove one of them' }
  })
  const tags = yaml.warnings.map(({ pos: [offset] }): Problem => {
    return { rule: 'tag', offset, ...explainYamlError('TAG_RESOLVE_FAILED') }
  })
  return { yaml, ...(root ? { root } : {}), problems: [...repeated, ...tags], place }
}

function tooComplex(): Problem {
  const message = `it is nested too deeply, has too many values, or its aliases make it so`
  return { rule: 'too-complex', offset: 0, message, fix: 'write it without aliases and with fewer levels' }
}

/** The parser goes down by calling itself: depth has to be known before. */
function isTooDeepToParse(text: string): boolean {
  return !isPlainlyShallow(text) && isTooDeepByTokens(text)
}

/** Text of which tokens are at least this long on average, if only every second is of no length. */
const PLAIN_LENGTH = MAX_TOKENS / 4

/** True for what needs no closer look, which costs a third of the reading: nearly every document there is. */
function isPlainlyShallow(text: string): boolean {
  if (text.length > PLAIN_LENGTH) return false
  let brackets = 0
  let signs = 0
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '\n':
        signs = 0
        break
      case '[':
      case '{':
        brackets += 1
        break
      case ' ':
      case '-':
      case '?':
      case ':':
        signs += 1
        break
      default:
    }
    if (brackets > MAX_BRACKETS || signs > MAX_INDENT) return false
  }
  return true
}

function isTooDeepByTokens(text: string): boolean {
  let tokens = 0
  let brackets = 0
  let column = 0
  for (const token of new Lexer().lex(text)) {
    tokens += 1
    if (token === '[' || token === '{') brackets += 1
    else if (token === ']' || token === '}') brackets -= 1
    const isSign = token === '-' || token === '?' || token === ':' || /^ *$/.test(token)
    column = token.includes('\n') ? 0 : isSign ? column + token.length : column
    if (tokens > MAX_TOKENS || brackets > MAX_BRACKETS || column > MAX_INDENT) return true
  }
  return false
}

/**
 * The text as hosts get it: without the `!secret` tags, everything else to the character as it was. A tagged value
 * that would be a number or a truth value without its tag is put in quotes.
 */
export function withoutSecretTags(text: string): string {
  if (!text.includes(SECRET_TAG)) return text
  const parts: string[] = []
  let isAfterTag = false
  let isScalar = false
  let hasDroppedTag = false
  for (const token of new Lexer().lex(text)) {
    if (!isScalar && (token === '\u0002' || token === '\u0018')) continue
    if (!isScalar && token === '\u001f') {
      isScalar = true
      continue
    }
    if (!isScalar && (token === SECRET_TAG || token === `!<${SECRET_TAG}>`)) {
      isAfterTag = true
      hasDroppedTag = true
      continue
    }
    const isSpace = !isScalar && /^ +$/.test(token)
    // The space after the tag goes with it.
    if (hasDroppedTag && isSpace) {
      parts.push(token.slice(1))
      hasDroppedTag = false
      continue
    }
    hasDroppedTag = false
    parts.push(isScalar && isAfterTag && isNoPlainText(token) ? `'${token}'` : token)
    if (!isSpace && !token.startsWith('&') && !/^\s*$/.test(token)) isAfterTag = false
    isScalar = false
  }
  return parts.join('')
}

/** Words and numbers that some reader of YAML takes for something else than text. */
function isNoPlainText(token: string): boolean {
  return (
    /^(true|false|null|~|yes|no|on|off|y|n)$/i.test(token) ||
    /^[-+]?(\.?[0-9][0-9a-fxo._:+-]*|\.inf|\.nan)$/i.test(token)
  )
}
