import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parsePhoneHome } from './phone-home.ts'

const parse = (text: string) => parsePhoneHome(new TextEncoder().encode(text))

test('a stage with or without detail is understood', () => {
  expect(parse('{"stage":"install.done"}')).toEqual({ stage: 'install.done', detail: '' })
  expect(parse('{"stage":"a_b-1","detail":"disk /dev/sda"}')).toEqual({
    stage: 'a_b-1',
    detail: 'disk /dev/sda',
  })
})

test('detail loses its control characters and what is too long', () => {
  expect(parse('{"stage":"a","detail":"x\\u001b[31m\\ny"}')?.detail).toBe('x[31my')
  expect(parse(JSON.stringify({ stage: 'a', detail: 'x'.repeat(2000) }))?.detail).toHaveLength(1024)
})

test.each([
  '',
  'stage=x',
  'null',
  '[]',
  '"x"',
  '{}',
  '{"stage":1}',
  '{"stage":""}',
  '{"stage":"A"}',
  '{"stage":"a b"}',
  `{"stage":"${'x'.repeat(65)}"}`,
  '{"stage":"a","detail":1}',
  '{"stage":"a","other":"x"}',
  '{"stage":"a","__proto__":{"detail":"x"}}',
])('%s is refused', (text) => {
  expect(parse(text)).toBeUndefined()
})

test('text that is not UTF-8 is refused', () => {
  expect(parsePhoneHome(Uint8Array.of(0x22, 0xff, 0x22))).toBeUndefined()
})

test.prop([fc.json()])('any JSON is either understood or refused', (text) => {
  expect(() => parse(text)).not.toThrow()
})
