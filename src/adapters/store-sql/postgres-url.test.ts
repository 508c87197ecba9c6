import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isPostgresUrl, parsePostgresUrl } from './postgres-url.ts'

describe('a database URL', () => {
  test.each([
    ['postgres://ann:pw@db.example.com:5433/fleet', 'postgres://ann@db.example.com:5433/fleet'],
    ['postgresql://db/fleet?sslmode=require', 'postgres://db/fleet'],
    ['postgres://ann:pw@localhost/fleet?host=/run/postgresql', 'postgres://ann@/run/postgresql/fleet'],
    ['postgres://db/fleet?user=ann&password=pw', 'postgres://db/fleet'],
  ])('%s is shown as %s', (url, shown) => {
    expect(parsePostgresUrl(url)).toMatchObject({ url, where: shown })
  })

  test.prop([fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 30 })])(
    'never shows its password, encoded or not',
    (random) => {
      const password = `~${random}~`
      const { where, mask } = parsePostgresUrl(`postgres://ann:${encodeURIComponent(password)}@db/fleet`)

      expect(where).toBe('postgres://ann@db/fleet')
      expect(mask(`it said ${password} and ${encodeURIComponent(password)}`)).toBe('it said *** and ***')
    },
  )

  test.each(['/data/edgeboot.db', 'C:\\data', './postgres', 'mysql://db/x', 'postgres:/x', ''])(
    '%j is none of PostgreSQL',
    (text) => {
      expect(isPostgresUrl(text)).toBe(false)
      expect(() => parsePostgresUrl(text)).toThrow(expect.objectContaining({ code: 'usage.invalid' }))
    },
  )
})
