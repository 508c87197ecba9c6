import type { IncomingMessage } from 'node:http'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { describeClient, parseAdvertised, parseAuthority } from './client.ts'

describe('a Host header', () => {
  test.each([
    ['boot.example', { host: 'boot.example' }],
    ['Boot.Example:8080', { host: 'boot.example', port: 8080 }],
    ['10.0.2.2:80', { host: '10.0.2.2', port: 80 }],
    ['[2001:DB8::1]:8080', { host: '[2001:db8::1]', port: 8080 }],
    ['[::1]', { host: '[::1]' }],
  ])('%s is in order', (text, authority) => {
    expect(parseAuthority(text)).toEqual(authority)
  })

  test.each([
    '',
    ' ',
    'a b',
    'a\nb',
    'a/b',
    'a:0',
    'a:65536',
    'a:',
    'a:b',
    'user@host',
    `\${net0/ip}`,
    'a_b',
    'a#b',
    'a?b',
    '-a',
    'a.',
    '2001:db8::1',
    '[1:2]',
    '[::1',
    'x'.repeat(254),
  ])('%j is not', (text) => {
    expect(parseAuthority(text)).toBeUndefined()
  })

  test.prop([fc.string()])('whatever it holds, only harmless characters reach a script', (text) => {
    expect(parseAuthority(text)?.host ?? 'a').toMatch(/^[a-z0-9.:[\]-]+$/)
  })
})

test('a person may leave out the brackets of an IPv6 address', () => {
  expect(parseAdvertised('2001:db8::1')).toEqual({ host: '[2001:db8::1]' })
  expect(parseAdvertised('[2001:db8::1]:80')).toEqual({ host: '[2001:db8::1]', port: 80 })
  expect(parseAdvertised('http://x')).toBeUndefined()
})

describe('the address a client is told to use', () => {
  const request = (headers: Record<string, string>, socket = {}) =>
    ({
      headers,
      socket: {
        remoteAddress: '::ffff:10.0.2.15',
        localAddress: '::ffff:10.0.2.2',
        localPort: 8080,
        ...socket,
      },
    }) as unknown as IncomingMessage
  const base = (headers: Record<string, string>, socket = {}) =>
    describeClient(request(headers, socket), undefined).base

  test('is the one it asked for', () => {
    expect(base({ host: 'boot.example:9090' })).toBe('http://boot.example:9090')
    expect(base({ host: 'boot.example' })).toBe('http://boot.example')
  })

  test('has our port for UEFI, which never names one', () => {
    expect(base({ host: '10.0.2.2', 'user-agent': 'UefiHttpBoot/1.0' })).toBe('http://10.0.2.2:8080')
  })

  test('is the one it came in on when the header is missing or not in order', () => {
    expect(base({})).toBe('http://10.0.2.2:8080')
    expect(base({ host: 'x\r\nshell' })).toBe('http://10.0.2.2:8080')
    expect(base({ host: `\${cmd}` }, { localAddress: 'fe80::1%eth0', localPort: 80 })).toBe(
      'http://[fe80::1]',
    )
  })

  test('is the advertised one wherever there is one', () => {
    const client = describeClient(request({ host: 'other' }), { host: 'boot.example', port: 80 })

    expect(client).toEqual({ address: '10.0.2.15', userAgent: '', base: 'http://boot.example' })
    expect(describeClient(request({}), { host: 'boot.example' }).base).toBe('http://boot.example:8080')
  })

  test('has the scheme of the connection it asked on', () => {
    const secure = { encrypted: true, localPort: 8443 }

    expect(base({ host: 'boot.example' }, secure)).toBe('https://boot.example')
    expect(base({ host: 'boot.example:8443' }, secure)).toBe('https://boot.example:8443')
    expect(base({ host: '10.0.2.2', 'user-agent': 'UefiHttpBoot/1.0' }, secure)).toBe('https://10.0.2.2:8443')
    expect(base({}, { ...secure, localPort: 443 })).toBe('https://10.0.2.2')
  })

  test('comes with where HTTPS is, when there is such a listener', () => {
    const about = (headers: Record<string, string>) =>
      describeClient(request(headers), undefined, 8443).secureBase

    expect(about({ host: 'boot.example:8080' })).toBe('https://boot.example:8443')
    expect(about({})).toBe('https://10.0.2.2:8443')
    expect(describeClient(request({}), { host: 'x.example', port: 80 }, 443).secureBase).toBe(
      'https://x.example',
    )
  })
})
