import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { readTransferOptions } from './transfer-options.ts'

const NONE = { blockSize: undefined, windowSize: undefined, timeoutSeconds: undefined, asksSize: false }

test('all four options are read, in any case', () => {
  const options = [
    { name: 'BLKSIZE', value: '65464' },
    { name: 'WindowSize', value: '65535' },
    { name: 'timeout', value: '255' },
    { name: 'tSize', value: '0' },
  ]

  expect(readTransferOptions(options)).toEqual({
    blockSize: 65_464,
    windowSize: 65_535,
    timeoutSeconds: 255,
    asksSize: true,
  })
})

test.each([
  ['blksize', ['7', '65465', '-8', '0x200', '512 ', '', '5e2', '99999999999999999999']],
  ['windowsize', ['0', '65536', 'x']],
  ['timeout', ['0', '256', '1.5']],
  ['tsize', ['-1', 'all', '']],
  ['multicast', ['', '224.0.0.1,1758,1']],
])('%s is ignored when it is unknown or out of bounds', (name, values) => {
  for (const value of values) expect(readTransferOptions([{ name, value }]), value).toEqual(NONE)
})

property.prop([fc.array(fc.record({ name: fc.string(), value: fc.string() }))])(
  'no options of any kind throw',
  (options) => {
    readTransferOptions(options)
  },
)
