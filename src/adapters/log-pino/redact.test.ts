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

test.each([
  ['apiKey', 'x'],
  ['ApiKey', 'x'],
  ['x-api-key', ['x']],
  ['paletteApiKey', 'x'],
  ['serviceAuthToken', 'x'],
  ['hostPairingKey', 'x'],
  ['client_secret', { value: 'x' }],
  ['Proxy-Authorization', 'x'],
  ['privateKey', 'x'],
  ['credentials', { user: 'a', password: 'x' }],
])('%s is a secret whatever it holds', (name, value) => {
  expect(redact({ [name]: value })).toEqual({ [name]: '***' })
})

test.each([
  ['host', 'edge-1'],
  ['bootId', 'abcdefghijklmnop'],
  ['edgeHost', 'edge-0011'],
  ['passwordSet', 'yes'],
  ['hasApiKey', true],
  ['token', undefined],
])('%s is none', (name, value) => {
  expect(redact({ [name]: value })).toEqual({ [name]: value })
})

test.each([
  ['https://admin:hunter2@vcenter.example/sdk', 'https://admin:***@vcenter.example/sdk'],
  ['Authorization: Bearer abcdefgh.12345', 'Authorization: Bearer ***'],
  ['sent ApiKey: 0123456789', 'sent ApiKey: ***'],
  ['{"apiKey":"0123456789","a":1}', '{"apiKey":"***","a":1}'],
  ['edgeHostToken: aHR0cHM6Ly9', 'edgeHostToken: ***'],
  ['password=hunter2&x', 'password=***'],
  ['-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----', '-----BEGIN EC PRIVATE KEY-----***'],
  ['http://192.0.2.1:8080/boot.ipxe', 'http://192.0.2.1:8080/boot.ipxe'],
])('%j is logged as %j', (text, logged) => {
  expect(redact(text)).toBe(logged)
})

test('bytes, addresses and collections are logged short and masked', () => {
  const value = {
    body: new Uint8Array(9),
    url: new URL('http://a:b@host/h/abcdefghijklmnop/x'),
    map: new Map([['password', 'x']]),
    set: new Set(['/h/abcdefghijklmnop/y']),
  }

  expect(redact(value)).toEqual({
    body: '9 bytes',
    url: 'http://a:***@host/h/***/x',
    map: { password: '***' },
    set: ['/h/***/y'],
  })
})

test('a long text is masked in no time', () => {
  const text = `${'a://b:'.repeat(20_000)}${'/h/'.repeat(20_000)}${'bearer '.repeat(20_000)}`

  expect(redact(text)).toHaveLength(text.length)
})
