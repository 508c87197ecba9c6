import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { broadcastAddress, formatIpv4, isInNetwork, parseIpv4 } from './ipv4.ts'

describe('IPv4 addresses', () => {
  property.prop([fc.integer({ min: 0, max: 0xffffffff })])('come back as they were', (number) => {
    expect(parseIpv4(formatIpv4(number))).toBe(number)
  })

  test.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', '0x1.2.3.4'])(
    '%j is none',
    (text) => {
      expect(parseIpv4(text)).toBeUndefined()
    },
  )

  test.each([
    ['10.1.2.3', '255.255.255.0', '10.1.2.255'],
    ['10.1.2.3', '255.255.240.0', '10.1.15.255'],
    ['172.16.0.1', '255.255.255.255', '172.16.0.1'],
  ])('the broadcast address of %s with %s is %s', (address, netmask, expected) => {
    expect(broadcastAddress({ address, netmask })).toBe(expected)
  })

  test('an address is in a network or it is not', () => {
    const network = { address: '200.1.16.9', netmask: '255.255.240.0' }
    expect(isInNetwork('200.1.31.255', network)).toBe(true)
    expect(isInNetwork('200.1.32.0', network)).toBe(false)
    expect(isInNetwork('nonsense', network)).toBe(false)
  })
})
