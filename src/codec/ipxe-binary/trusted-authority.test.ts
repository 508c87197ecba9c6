import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { holdsFingerprint } from './trusted-authority.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

test.prop([fc.uint8Array(), bytes32, fc.uint8Array()])(
  'a fingerprint is found wherever it lies',
  (a, b, c) => {
    expect(holdsFingerprint(new Uint8Array([...a, ...b, ...c]), b)).toBe(true)
  },
)

test.prop([bytes32])('one that is cut off is not there', (fingerprint) => {
  fc.pre(new Set(fingerprint).size > 1)
  expect(holdsFingerprint(fingerprint.subarray(0, 31), fingerprint)).toBe(false)
})

test('what is no fingerprint is nowhere', () => {
  expect(holdsFingerprint(new Uint8Array(64), new Uint8Array(0))).toBe(false)
  expect(holdsFingerprint(new Uint8Array(64), new Uint8Array(31))).toBe(false)
})
