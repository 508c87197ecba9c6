import { expect, test } from 'vitest'
import { isFailure } from './failure.ts'
import { chordsForText } from './us-keyboard.ts'

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

test('every printable ASCII character has keys of its own', () => {
  const chords = chordsForText(PRINTABLE).map((chord) => chord.join('+'))

  expect(new Set(chords).size).toBe(PRINTABLE.length)
})

test('a chain command is typed as the guide has it', () => {
  expect(chordsForText('http://A_\n').map((chord) => chord.join('+'))).toEqual([
    'h',
    't',
    't',
    'p',
    'shift+semicolon',
    'slash',
    'slash',
    'shift+a',
    'shift+minus',
    'ret',
  ])
})

test('a character that no US keyboard has is named with its place', () => {
  let failure: unknown
  try {
    chordsForText('chain é')
  } catch (error) {
    failure = error
  }

  expect(isFailure(failure, 'keys.untypable') && failure.message).toContain('"é" at position 7')
})
