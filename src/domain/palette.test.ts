import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  edgeHostIds,
  parseEdgeHostId,
  parsePaletteEndpoint,
  parseProjectUid,
  whyUnpredictable,
} from './palette.ts'
import { judgeEdgeHost } from './palette-answer.ts'
import { closeBucket, fullBucket, jitter, takeCall } from './palette-pace.ts'
import { swapByteOrder, type Uuid, uuidFromRandomBytes } from './uuid.ts'

const UUID = '00112233-4455-6677-8899-aabbccddeeff' as Uuid
const anyUuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidFromRandomBytes)

describe('the id of an edge host', () => {
  test('is the product UUID without dashes, in either byte order', () => {
    expect(edgeHostIds({ uuid: UUID })).toEqual([
      'edge-00112233445566778899aabbccddeeff',
      'edge-33221100554477668899aabbccddeeff',
    ])
  })

  test('has the prefix of the user-data, and is the name where there is one', () => {
    expect(edgeHostIds({ uuid: UUID, sitePrefix: 'shop' })[0]).toBe('shop-00112233445566778899aabbccddeeff')
    expect(edgeHostIds({ uuid: UUID, siteName: 'store-1' })).toEqual(['store-1'])
  })

  test('cannot be told when the host makes it up, or Palette would not take it', () => {
    expect(edgeHostIds({ uuid: UUID, siteName: 'store-$random' })).toEqual([])
    expect(edgeHostIds({ uuid: UUID, sitePrefix: 'a/b' })).toEqual([])
  })

  test('cannot be told, and that is explained, when the UUID is unknown or not what it is made of', () => {
    const strange = { uuid: UUID, hasOtherIdSource: true }

    expect(edgeHostIds({})).toEqual([])
    expect(whyUnpredictable({})).toContain('the UUID of its machine is not known')
    expect(edgeHostIds(strange)).toEqual([])
    expect(whyUnpredictable(strange)).toContain('deviceUIDPaths')
    expect(edgeHostIds({ ...strange, siteName: 'store-1' })).toEqual(['store-1'])
  })

  test('is the same once when both orders are', () => {
    expect(edgeHostIds({ uuid: '00000000-0000-0000-8899-aabbccddeeff' as Uuid })).toHaveLength(1)
  })

  test.prop([anyUuid])('twice the other byte order is the first again', (uuid) => {
    expect(swapByteOrder(swapByteOrder(uuid))).toBe(uuid)
  })

  test.each(['', '..', 'a b', 'a/b', 'ä', `a${'b'.repeat(128)}`])('%j is none', (text) => {
    expect(parseEdgeHostId(text)).toBeUndefined()
  })
})

describe('the endpoint', () => {
  test.each([
    ['api.spectrocloud.com', 'https://api.spectrocloud.com'],
    ['https://Palette.Example:8443/', 'https://palette.example:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://[::1]', 'https://[::1]'],
  ])('%s is %s', (text, endpoint) => {
    expect(parsePaletteEndpoint(text)).toBe(endpoint)
  })

  test.each([
    'http://palette.example',
    'https://user:secret@palette.example',
    'https://palette.example/v1',
    'ftp://palette.example',
    'https://palette.example:70000',
    'https://palette.example?key=secret',
    '',
  ])('%j is refused', (text) => {
    expect(() => parsePaletteEndpoint(text)).toThrow(/the Palette endpoint/)
  })

  test('a credential in it is not repeated', () => {
    expect(() => parsePaletteEndpoint('https://user:secret@host')).not.toThrow(/secret/)
  })

  test('a project is named by its uid', () => {
    expect(parseProjectUid('65f0aa')).toBe('65f0aa')
    expect(() => parseProjectUid('My Project')).toThrow(/its uid/)
  })
})

test.each([
  ['ready', 'healthy', true, true],
  ['in-use', 'healthy', true, true],
  ['unpaired', 'healthy', false, true],
  ['ready', 'unhealthy', true, false],
  ['ready', '', true, false],
  ['', '', false, false],
  ['READY', 'Healthy!', false, false],
])('a host that is “%s” and “%s” is ready: %s, healthy: %s', (state, health, ready, healthy) => {
  const answer = { kind: 'found', record: { uid: 'x', state, health } } as const

  expect(judgeEdgeHost(answer)).toMatchObject({ found: true, ready, healthy })
})

describe('the rate limit', () => {
  const rate = { perSecond: 5, burst: 20 }

  test.prop([fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 200 })])(
    'never gives more than the burst and what has come since',
    (steps) => {
      let bucket = fullBucket(rate, 0)
      let now = 0
      let given = 0
      for (const step of steps) {
        now += step
        const taken = takeCall(bucket, rate, now)
        bucket = taken.bucket
        if (taken.waitMs === 0) given += 1
      }

      expect(given).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond + 1e-6)
    },
  )

  test.prop([fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 100_000 })])(
    'whoever waits as long as it says gets a call',
    (calls, closedMs) => {
      let bucket = fullBucket(rate, 0)
      for (let index = 0; index < calls; index++) bucket = takeCall(bucket, rate, 0).bucket
      if (closedMs > 0) bucket = closeBucket(bucket, closedMs)
      let now = 0
      for (let tries = 0; tries < 3; tries++) {
        const taken = takeCall(bucket, rate, now)
        bucket = taken.bucket
        if (taken.waitMs === 0) break
        now += taken.waitMs
      }

      expect(now).toBeLessThanOrEqual(closedMs + 1000)
    },
  )

  test('a clock that is set back mints nothing', () => {
    let bucket = { tokens: 0, at: 10_000, closedUntil: 0 }
    bucket = takeCall(bucket, rate, 0).bucket

    expect(takeCall(bucket, rate, 0).waitMs).toBeGreaterThan(0)
  })

  test('an earlier end never opens a closed bucket', () => {
    const closed = closeBucket(closeBucket(fullBucket(rate, 0), 9000), 1000)

    expect(takeCall(closed, rate, 5000).waitMs).toBe(4000)
  })
})

test.prop([fc.integer({ min: 0, max: 255 })])('jitter stays within a tenth', (byte) => {
  expect(Math.abs(jitter(10_000, byte) - 10_000)).toBeLessThanOrEqual(1000)
})
