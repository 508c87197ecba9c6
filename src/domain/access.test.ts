import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  type Action,
  accessTokenFromRandomBytes,
  isSameSecret,
  mayDo,
  parseAccessToken,
  ROLES,
  requireTokenName,
  statusOfToken,
} from './access.ts'

describe('roles', () => {
  test.each<[Action, string[]]>([
    ['look', ['viewer', 'operator', 'admin']],
    ['change-hosts', ['operator', 'admin']],
    ['change-installers', ['admin']],
    ['show-secrets', ['admin']],
    ['read-audit', ['admin']],
    ['change-access', ['admin']],
  ])('to %s may %j', (action, roles) => {
    expect(ROLES.filter((role) => mayDo(role, action))).toEqual(roles)
  })
})

describe('access tokens', () => {
  test.prop([fc.uint8Array({ minLength: 20, maxLength: 20 })])(
    'made of random bytes are recognised as such',
    (bytes) => {
      const text = accessTokenFromRandomBytes(bytes)

      expect(parseAccessToken(text)).toBe(text)
    },
  )

  test.each([
    '',
    'ebt_',
    `ebt_${'A'.repeat(32)}`,
    `ebt_${'a'.repeat(33)}`,
    ` ebt_${'a'.repeat(32)}`,
    'x'.repeat(1e6),
  ])('are nothing else', (text) => {
    expect(parseAccessToken(text)).toBeUndefined()
  })

  test.each([
    [{}, 'active'],
    [{ expiresAt: 101 }, 'active'],
    [{ expiresAt: 100 }, 'expired'],
    [{ revokedAt: 200, expiresAt: 300 }, 'revoked'],
  ] as const)('with %j at 100 are %s', (token, status) => {
    expect(statusOfToken(token, 100)).toBe(status)
  })

  test.each(['', '-x', 'a b', 'a/b', 'ä', 'x'.repeat(64), 'a\n'])('cannot be named %j', (name) => {
    expect(() => requireTokenName(name)).toThrow(expect.objectContaining({ code: 'usage.invalid' }))
  })

  test.prop([fc.string(), fc.string()])('are compared as texts are', (a, b) => {
    expect(isSameSecret(a, b)).toBe(a === b)
    expect(isSameSecret(a, `${a}`)).toBe(true)
  })
})
