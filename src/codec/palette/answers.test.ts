import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { decodeEdgeHost, decodeErrorCode, decodeProject } from './answers.ts'
import { parseRetryAfterMs } from './retry-after.ts'

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

function outcome(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    return error
  }
}

test('an edge host is taken apart into what is needed of it', () => {
  const document = {
    metadata: { uid: 'edge-1', name: 'store', creationTimestamp: '2026-01-02T03:04:05Z' },
    status: { state: 'ready', health: { state: 'healthy', message: 'ok' }, serviceAuthToken: 'secret' },
  }

  expect(decodeEdgeHost(bytes(document))).toEqual({
    uid: 'edge-1',
    name: 'store',
    state: 'ready',
    health: 'healthy',
    healthMessage: 'ok',
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  })
})

test('a host without any status has empty states, not made up ones', () => {
  expect(decodeEdgeHost(bytes({ metadata: { uid: 'edge-1' }, status: { state: 7, health: [] } }))).toEqual({
    uid: 'edge-1',
    state: '',
    health: '',
  })
})

test('texts are cut, and control characters do not reach a terminal', () => {
  const message = `\u001b]0;x\u0007\u202e\n${'y'.repeat(5000)}`
  const { healthMessage } = decodeEdgeHost(bytes({ metadata: { uid: 'e' }, status: { health: { message } } }))

  expect(healthMessage).toMatch(/^\]0;x y+…$/)
  expect(healthMessage?.length).toBeLessThanOrEqual(201)
})

test.prop([fc.oneof(fc.jsonValue().map(bytes), fc.uint8Array())])(
  'whatever is answered, decoding ends in a value or in a Failure',
  (answer) => {
    for (const decode of [decodeEdgeHost, decodeProject]) {
      const result = outcome(() => decode(answer))
      expect(result instanceof Error && !(result instanceof Failure)).toBe(false)
    }
    expect(typeof decodeErrorCode(answer)).toMatch(/string|undefined/)
  },
)

test('an error code is a word, or there is none', () => {
  expect(decodeErrorCode(bytes({ code: 'ResourceNotFound' }))).toBe('ResourceNotFound')
  expect(decodeErrorCode(bytes({ code: 'a b' }))).toBeUndefined()
  expect(decodeErrorCode(bytes('<html>'))).toBeUndefined()
})

test.each([
  [undefined, undefined],
  ['', undefined],
  ['0', 0],
  ['3', 3000],
  ['-3', undefined],
  ['1e9', undefined],
  ['999999999', 600_000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
  ['Thursday, 01-Jan-70 00:00:10 GMT', 10_000],
  ['Thu Jan  1 00:00:10 1970', undefined],
  ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
  ['x'.repeat(1000), undefined],
])('Retry-After %j is %s ms', (header, expected) => {
  expect(parseRetryAfterMs(header, 0)).toBe(expected)
})
