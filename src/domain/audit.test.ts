import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { accessTokenFromRandomBytes } from './access.ts'
import { cleanAuditEntry } from './audit.ts'
import { encodeBase32 } from './opaque-id.ts'

const ENTRY = {
  time: 1,
  who: 'cli:ann',
  action: 'host.arm',
  object: 'edge-1',
  outcome: 'done',
  detail: {},
} as const
const anyText = fc.string({ unit: 'binary', maxLength: 400 })
const secretBytes = fc.uint8Array({ minLength: 20, maxLength: 20 })

describe('an audit entry that is kept', () => {
  test.prop([anyText, secretBytes, fc.constantFrom(' ', '/', '"', '=', '\n')])(
    'holds no access token and no config token, wherever they stood',
    (before, bytes, around) => {
      const tokens = [accessTokenFromRandomBytes(bytes) as string, encodeBase32(bytes)]
      for (const token of tokens) {
        const text = `${before}${around}${token}${around}`

        const kept = JSON.stringify(
          cleanAuditEntry({ ...ENTRY, who: text, object: text, detail: { at: text } }),
        )

        expect(kept).not.toContain(token)
        expect(kept).not.toContain(token.slice(0, 20))
      }
    },
  )

  test.prop([
    fc.record({ who: anyText, action: anyText, object: anyText, detail: fc.dictionary(anyText, anyText) }),
  ])(
    'is bounded, well-formed, free of control characters, and stays as it is when cleaned again',
    (given) => {
      const kept = cleanAuditEntry({ ...ENTRY, ...given })

      for (const text of [
        kept.who,
        kept.action,
        kept.object,
        ...Object.entries(kept.detail).flat().map(String),
      ]) {
        expect(text.length).toBeLessThanOrEqual(300)
        expect(text.isWellFormed()).toBe(true)
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
      }
      expect(cleanAuditEntry(kept)).toEqual(kept)
    },
  )

  test('keeps what is no secret as it is', () => {
    const entry = { ...ENTRY, detail: { reason: 'asked from 192.0.2.1', count: 2, forced: true } }

    expect(cleanAuditEntry(entry)).toEqual(entry)
  })
})
