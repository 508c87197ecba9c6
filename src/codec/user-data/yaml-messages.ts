import type { ErrorCode } from 'yaml'

/**
 * The parser's complaints in our words. Its own messages may quote the file, secrets included.
 */
const MESSAGES: Partial<Record<ErrorCode, readonly [message: string, fix: string]>> = {
  ALIAS_PROPS: ['an alias (*name) cannot have an anchor or a tag', 'remove it'],
  BAD_ALIAS: ['this alias (*name) points at nothing above it', 'quote the text, if no alias is meant'],
  BAD_COLLECTION_TYPE: ['the tag does not fit the kind of value', 'remove the tag'],
  BAD_DIRECTIVE: ['a line that begins with % is a directive, and this is none', 'quote it or remove it'],
  BAD_DQ_ESCAPE: ['there is no such escape in double quotes', 'write the text in single quotes'],
  BAD_INDENT: ['the indentation does not fit the lines above', 'align it with its neighbours'],
  BAD_PROP_ORDER: ['an anchor or tag stands before the sign it belongs after', 'move it to the value'],
  BAD_SCALAR_START: ['text cannot begin with this character', 'put it in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second colon makes a map where text is meant', 'put the value in quotes'],
  BLOCK_IN_FLOW: ['an indented list or map cannot stand within [ ] or { }', 'write it with [ ] or { } too'],
  KEY_OVER_1024_CHARS: ['the key is longer than 1024 characters', 'a colon may be missing'],
  MISSING_CHAR: ['a sign is missing here', 'close quotes and brackets, put a space after a colon'],
  MULTILINE_IMPLICIT_KEY: ['a key goes over several lines', 'a colon may be missing, or a quote not closed'],
  MULTIPLE_ANCHORS: ['a value has two anchors', 'keep one'],
  MULTIPLE_DOCS: ['the file holds several documents; hosts read the first one', 'remove the line ---'],
  MULTIPLE_TAGS: ['a value has two tags', 'keep one'],
  TAB_AS_INDENT: ['a tab stands where YAML wants spaces', 'indent with spaces'],
  TAG_RESOLVE_FAILED: ['this tag is unknown', 'remove it; only !secret is known'],
  UNEXPECTED_TOKEN: ['this does not fit here', 'put the value in quotes, or mind the indentation'],
}

/** Message and fix for a code of the parser. */
export function explainYamlError(code: ErrorCode): { readonly message: string; readonly fix: string } {
  const [message, fix] = MESSAGES[code] ?? ['this is not YAML', 'put the value in quotes']
  return { message, fix }
}
