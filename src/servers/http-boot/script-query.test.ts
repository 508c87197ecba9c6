import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseScriptQuery } from './script-query.ts'

test('both ways iPXE builds write a MAC address mean the same', () => {
  expect(parseScriptQuery('mac=52%3A54%3a00%3A12%3A34%3A56&platform=efi')).toEqual(
    parseScriptQuery('mac=52:54:00:12:34:56&platform=efi'),
  )
})

test('a plus sign stays one, and the first of two counts', () => {
  expect(parseScriptQuery('product=C+%20x&product=other&serial=&flag')).toEqual({
    product: 'C+ x',
    serial: '',
  })
})

test('what firmware writes into its tables never stops a boot', () => {
  const query = parseScriptQuery(
    `serial=%ff%zz%&asset=a%0d%0aecho%00&product=${'x'.repeat(300)}&manufacturer=%C3%A4`,
  )

  expect(query['serial']).toBe('\ufffd%zz%')
  expect(query['asset']).toBe('a  echo ')
  expect(query['product']).toHaveLength(256)
  expect(query['manufacturer']).toBe('ä')
})

test('names that are no setting, or come too late, are left out', () => {
  const query = parseScriptQuery(`a%62=1&${'x'.repeat(33)}=1&=1&${'f&'.repeat(40)}late=1`)

  expect(query).toEqual({})
})

test('names of object properties are names like others', () => {
  const query = parseScriptQuery('constructor=1&__proto__=2')

  expect(Object.entries(query)).toEqual([
    ['constructor', '1'],
    ['__proto__', '2'],
  ])
})

test.prop([fc.string({ unit: fc.constantFrom('a', '=', '&', '%', '0', 'd', 'é', '\n', '+') })])(
  'values never hold control characters, are bounded, and nothing throws',
  (text) => {
    for (const value of Object.values(parseScriptQuery(text))) {
      expect(value).not.toMatch(/\p{Cc}/u)
      expect([...value].length).toBeLessThanOrEqual(256)
    }
  },
)

test.prop([fc.string({ unit: 'grapheme', maxLength: 100 })])(
  'what was percent-encoded is read back',
  (value) => {
    const printable = value.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')

    expect(parseScriptQuery(`serial=${encodeURIComponent(value)}`)['serial']).toBe(printable)
  },
)
