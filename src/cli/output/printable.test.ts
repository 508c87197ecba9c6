import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { printable, printableConsole } from '../../domain/printable.ts'
import { formatTable } from './table.ts'

const HOSTILE = fc.string({
  unit: fc.constantFrom(
    '\u001b',
    '[',
    ']',
    '2J',
    'm',
    '\u009b',
    '\u0007',
    '\r',
    '\n',
    '\t',
    '\u202e',
    'é',
    'x',
    '\\',
  ),
})

test.each([
  ['\u001b[2J\u001b]0;title\u0007login: ', 'login: '],
  ['\u001b[1;32mok\u001b[0m\r\nnext\r\r\n', 'ok\nnext\n'],
  ['10 %\r20 %', '10 %\n20 %'],
  ['\u001b]0;never ends', '·]0;never ends'],
  ['\u001b(B\u001b=a\u009b31mb\u0000', 'a·31mb·'],
])('%j is shown as %j', (text, shown) => {
  expect(printableConsole(text)).toBe(shown)
})

test.prop([HOSTILE])('nothing on a console can steer the terminal that shows it', (text) => {
  expect(printableConsole(text)).toMatch(/^[\n\t\P{Cc}]*$/u)
  expect(printable(text)).toMatch(/^[^\p{Cc}\u202a-\u202e]*$/u)
})

test('a cell of a table stays one line', () => {
  expect(formatTable(['A'], [['x\ny\u001b[2J']])).toBe('A\nx y?[2J')
})
