import { expect, test } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { describeError, exitCodeOf } from './print-error.ts'

test('a failure is told with its code, and what it lists stays on lines of its own', () => {
  const failure = new Failure('user-data.invalid', 'a.yaml:1:1 first\n  a.yaml:2:1 second')

  expect(describeError(failure, false)).toBe(
    'edgeboot: a.yaml:1:1 first\n  a.yaml:2:1 second  [user-data.invalid]\n',
  )
  expect(exitCodeOf(failure)).toBe(2)
})

test('nothing that an ISO or a server says in an error can steer the terminal', () => {
  const failure = new Failure('installer.unknown-family', 'label \u001b]0;x\u0007\u001b[2J\u202e')

  expect(describeError(failure, false)).not.toMatch(/[\u001b\u0007\u202e]/)
})

test('with --json an error is one document, and its text is whole', () => {
  const failure = new Failure('iso.malformed', 'bad \u001b', { offset: 7 })

  expect(JSON.parse(describeError(failure, true))).toEqual({
    error: { code: 'iso.malformed', message: 'bad \u001b', details: { offset: 7 } },
  })
})

test('a mistake of ours asks for a report and shows where it was made', () => {
  const text = describeError(new TypeError('x is undefined'), false)

  expect(text).toMatch(/please report it\.\nTypeError: x is undefined\n +at /)
  expect(exitCodeOf(new TypeError())).toBe(1)
})
