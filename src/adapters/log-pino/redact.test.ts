import { expect, test } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { redact } from './redact.ts'

test('secrets are masked by name at any depth', () => {
  const fields = { stylus: { site: { edgeHostToken: 'abc', name: 'store' } }, users: [{ passwd: 'x' }] }

  expect(redact(fields)).toEqual({
    stylus: { site: { edgeHostToken: '***', name: 'store' } },
    users: [{ passwd: '***' }],
  })
})

test('the token in a path is masked, also inside an error', () => {
  const path = '/h/abcdefghijklmnopqrstuvwxyz234567/config.yaml'
  const error = new Failure('packet.malformed', `cannot answer ${path}`)

  expect(redact(`GET ${path} 200`)).toBe('GET /h/***/config.yaml 200')
  expect(JSON.stringify(redact({ err: error }))).not.toContain('abcdefghijklmnop')
})

test('values that go in circles end', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle

  expect(JSON.stringify(redact(circle))).toContain('…')
})
