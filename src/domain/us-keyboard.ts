import { Failure } from './failure.ts'
import type { KeyChord } from './key-chord.ts'

const PLAIN: Readonly<Record<string, string>> = {
  ' ': 'spc',
  '\n': 'ret',
  '-': 'minus',
  '=': 'equal',
  '[': 'bracket_left',
  ']': 'bracket_right',
  '\\': 'backslash',
  ';': 'semicolon',
  "'": 'apostrophe',
  '`': 'grave_accent',
  ',': 'comma',
  '.': 'dot',
  '/': 'slash',
}

/** Character typed with shift → the character on the same key without. */
const SHIFTED: Readonly<Record<string, string>> = {
  '!': '1',
  '@': '2',
  '#': '3',
  $: '4',
  '%': '5',
  '^': '6',
  '&': '7',
  '*': '8',
  '(': '9',
  ')': '0',
  _: '-',
  '+': '=',
  '{': '[',
  '}': ']',
  '|': '\\',
  ':': ';',
  '"': "'",
  '~': '`',
  '<': ',',
  '>': '.',
  '?': '/',
}

export const CTRL_B: KeyChord = ['ctrl', 'b']
export const ESCAPE: KeyChord = ['esc']
export const LETTER_B: KeyChord = ['b']

/**
 * The keys of a US keyboard that type the text: every printable ASCII character and the newline, which is Enter.
 * Failure `keys.untypable` names the first other character and where it stands.
 */
export function chordsForText(text: string): readonly KeyChord[] {
  return [...text].map((character, index) => {
    const chord = chordFor(character)
    if (chord) return chord
    const shown = JSON.stringify(character)
    throw new Failure(
      'keys.untypable',
      `${shown} at position ${index + 1} cannot be typed on a US keyboard`,
      { index },
    )
  })
}

function chordFor(character: string): KeyChord | undefined {
  if (/^[a-z0-9]$/.test(character)) return [character]
  if (/^[A-Z]$/.test(character)) return ['shift', character.toLowerCase()]
  const plain = PLAIN[character]
  if (plain) return [plain]
  const below = SHIFTED[character]
  return below === undefined ? undefined : ['shift', PLAIN[below] ?? below]
}
