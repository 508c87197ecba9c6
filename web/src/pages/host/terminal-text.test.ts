import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { linesWith, terminalText } from './terminal-text.ts'

describe('what a console wrote', () => {
  test.each([
    ['\u001b[1;32mOK\u001b[0m done', 'OK done'],
    ['a\r\nb\r\n', 'a\nb\n'],
    ['10 %\r20 %\r100 %\nnext', '100 %\nnext'],
    ['\u001b]0;title\u0007text', 'text'],
    ['bell\u0007 null\u0000', 'bell null'],
    ['tab\tstays', 'tab\tstays'],
  ])('%j reads %j', (raw, text) => {
    expect(terminalText(raw)).toBe(text)
  })

  property.prop([fc.string({ unit: 'binary' })])('has no control characters left', (raw) => {
    expect(/[^\P{Cc}\n\t]/u.test(terminalText(raw))).toBe(false)
  })

  test('can be searched by line', () => {
    expect(linesWith('Alpha\nbeta\nALPHABET', ' alpha ')).toBe('Alpha\nALPHABET')
    expect(linesWith('a\nb', ' ')).toBe('a\nb')
  })
})
