import { expect, test } from 'vitest'
import { isLoopback, plainAddress } from './plain-address.ts'

test.each([
  ['::ffff:10.0.2.15', '10.0.2.15'],
  ['::FFFF:10.0.2.15', '10.0.2.15'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8::7', '2001:db8::7'],
])('%s is %s', (seen, plain) => {
  expect(plainAddress(seen)).toBe(plain)
})

test.each(['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1'])('%s is this machine only', (address) => {
  expect(isLoopback(address)).toBe(true)
})

test.each(['', '10.0.0.1', '12.7.0.1', '1.127.0.1', '::', '::11', '::ffff:10.0.0.1'])(
  '%s is not',
  (address) => {
    expect(isLoopback(address)).toBe(false)
  },
)
