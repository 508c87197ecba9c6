import guide from '../../../../docs/guide/troubleshooting.md?raw'

/** A piece of text; `code` is set apart. */
export interface Piece {
  readonly text: string
  readonly isCode: boolean
}

/** Paragraphs of the guide about the rule of a diagnosis; none where it has no section. */
export function guideSection(rule: string, text: string = guide): readonly (readonly Piece[])[] {
  const lines = text.split('\n')
  const begin = lines.indexOf(`### ${rule}`)
  if (begin < 0) return []
  const length = lines.slice(begin + 1).findIndex((line) => /^#{1,6} /.test(line))
  const body = lines.slice(begin + 1, length < 0 ? undefined : begin + 1 + length).join('\n')
  return body
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map(piecesOf)
}

/** Code in backquotes; of links only the words, for there is nowhere to go on a network of its own. */
function piecesOf(paragraph: string): readonly Piece[] {
  return paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .split('`')
    .map((text, at) => ({ text, isCode: at % 2 === 1 }))
    .filter(({ text }) => text !== '')
}
