import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { maskSecrets } from './secret-text.ts'

/** Letters and digits of tokens, and what never ends one. */
const base32 = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'), minLength, maxLength })
const around = fc.string({ unit: fc.constantFrom(...' \n|ABC.,;()'), maxLength: 40 })

/** Every way in which a secret is known by its looks: the text before it, and the secret. */
const SIGHTS: Readonly<Record<string, fc.Arbitrary<readonly [string, string]>>> = {
  'the token in a path': fc.tuple(fc.constant('/h/'), base32(8, 60)),
  'a whole token': fc.tuple(fc.constant(''), base32(32, 32)),
  'the password in an address': base32(1, 30).map((secret) => ['https://root:', `${secret}@`] as const),
  'a bearer token': fc.tuple(fc.constantFrom('Bearer ', 'bearer ', 'BASIC '), base32(8, 60)),
  'an API key': fc.tuple(fc.constantFrom('apikey=', 'API-Key: ', 'api_key="'), base32(1, 60)),
  'a registration token': fc.tuple(fc.constantFrom('edgeHostToken: ', 'EDGEHOSTTOKEN='), base32(1, 60)),
  'a password': fc.tuple(fc.constantFrom('passwd=', 'Password: '), base32(1, 60)),
}

describe('a text in which a secret can be told by its looks', () => {
  for (const [name, sight] of Object.entries(SIGHTS)) {
    test.prop([around, sight, around])(`is shown without ${name}`, (before, [lead, secret], after) => {
      const shown = maskSecrets(`${before}|${lead}${secret}|${after}`)

      expect(shown).toContain(`${lead}***`)
      expect(shown.length).toBeLessThanOrEqual(before.length + lead.length + after.length + 6)
    })
  }

  test('is shown without a private key, whole or cut', () => {
    const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n'

    expect(maskSecrets(`a ${key}-----END EC PRIVATE KEY----- b`)).toBe(
      'a -----BEGIN EC PRIVATE KEY-----*** b',
    )
    expect(maskSecrets(key)).toBe('-----BEGIN EC PRIVATE KEY-----***')
  })
})

test('all else is shown as it is', () => {
  const texts = ['', 'store-17', 'artifact.finished', 'https://server:8080/palette-kernel', 'the basics']

  expect(texts.map(maskSecrets)).toEqual(texts)
})
