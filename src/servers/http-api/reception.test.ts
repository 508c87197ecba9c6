import { fc, test } from '@fast-check/vitest'
import type { FastifyRequest } from 'fastify'
import { describe, expect } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { Failure } from '../../domain/failure.ts'
import { parseIfMatch } from './entity-tags.ts'
import { createHostCheck, hostOf, refuseTokenInUrl, requireSameOrigin } from './reception.ts'
import { createThrottle, throttleKey } from './throttle.ts'

function aRequest(headers: Record<string, string>, localAddress?: string): FastifyRequest {
  return { headers, socket: { localAddress } } as unknown as FastifyRequest
}

/** What goes wrong goes wrong on purpose. */
function isCalm(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch (error) {
    return error instanceof Failure
  }
}

describe('whatever a request says, it is answered or refused', () => {
  test.prop([fc.string({ unit: 'binary' }), fc.string(), fc.webUrl({ withQueryParameters: true })])(
    'host, origin, tags and address',
    (a, b, url) => {
      const request = aRequest({ host: a, origin: b, 'sec-fetch-site': b })

      expect(isCalm(() => createHostCheck([])(request))).toBe(true)
      expect(isCalm(() => requireSameOrigin(request))).toBe(true)
      expect(isCalm(() => requireSameOrigin(aRequest({ host: b, origin: url })))).toBe(true)
      expect(isCalm(() => parseIfMatch(a))).toBe(true)
      expect(isCalm(() => refuseTokenInUrl(`${url}${a}`))).toBe(true)
      expect(typeof throttleKey(a)).toBe('string')
    },
  )
})

describe('names', () => {
  test.each([
    ['Host.example:8081', 'host.example'],
    ['192.0.2.7:80', '192.0.2.7'],
    ['[2001:DB8::7]:8081', '[2001:db8::7]'],
    ['2001:db8::7', '[2001:db8::7]'],
  ])('%s is about %s', (authority, host) => {
    expect(hostOf(authority)).toBe(host)
  })

  test('the address a connection came in on is ours, any other is not', () => {
    const check = createHostCheck([])

    expect(() => check(aRequest({ host: '192.0.2.7:8081' }, '::ffff:192.0.2.7'))).not.toThrow()
    expect(() => check(aRequest({ host: '[2001:db8::7]:8081' }, '2001:db8::7'))).not.toThrow()
    expect(() => check(aRequest({ host: '192.0.2.8:8081' }, '192.0.2.7'))).toThrow(/neither/)
  })
})

describe('attempts', () => {
  test.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('from %s are counted for %s', (address, key) => {
    expect(throttleKey(address)).toBe(key)
  })

  test('of more addresses than can be remembered do not fill the memory or let anybody in twice', () => {
    const throttle = createThrottle(createFakeClock(), 1, 1000)
    for (let index = 0; index < 20_000; index++) throttle.note(`192.0.2.${index}`)

    expect(throttle.waitMs('192.0.2.19999')).toBe(1000)
    expect(throttle.waitMs('192.0.2.0')).toBe(0)
  })
})
