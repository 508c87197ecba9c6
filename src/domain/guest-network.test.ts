import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isInNetwork, netmaskOf, readGuestNetwork } from './guest-network.ts'
import { parseIpv4 } from './netboot/ipv4.ts'

const dotted = fc.ipV4()

describe('an IPv4 address', () => {
  test.prop([dotted])('is read in its plain form', (text) => {
    const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)

    expect(parseIpv4(text)).toBe(((a * 256 + b) * 256 + c) * 256 + d)
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.-4',
    '1.2.3.4\n',
  ])('%j is none', (text) => {
    expect(parseIpv4(text)).toBeUndefined()
  })
})

test.each([
  [8, '255.0.0.0'],
  [20, '255.255.240.0'],
  [24, '255.255.255.0'],
  [30, '255.255.255.252'],
])('the netmask of /%i is %s', (prefix, netmask) => {
  expect(netmaskOf(prefix)).toBe(netmask)
})

test.prop([fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 30 })])(
  'an address lies in its own network and the next network does not',
  (address, prefix) => {
    expect(isInNetwork(address, address, prefix)).toBe(true)
    expect(isInNetwork(address, address + 2 ** (32 - prefix), prefix)).toBe(false)
  },
)

describe('what a machine says of its network', () => {
  test('is nothing on most machines', () => {
    expect(readGuestNetwork({})).toEqual({})
    expect(readGuestNetwork({ address: '', gateway: '', dns: '', vlan: '' })).toEqual({})
  })

  test('is a static address, with what belongs to it, and a VLAN', () => {
    expect(
      readGuestNetwork({
        address: '192.0.2.20/24',
        gateway: '192.0.2.1',
        dns: '192.0.2.53,198.51.100.53',
        vlan: '42',
      }),
    ).toEqual({
      fixed: {
        address: '192.0.2.20',
        prefix: 24,
        gateway: '192.0.2.1',
        nameServers: ['192.0.2.53', '198.51.100.53'],
      },
      vlan: 42,
    })
  })

  test.each([
    { address: '192.0.2.20' },
    { address: '192.0.2.0/24' },
    { address: '192.0.2.255/24' },
    { address: '127.0.0.1/8' },
    { address: '192.0.2.20/31' },
    { address: '192.0.2.20/24 init=/bin/sh' },
    { address: '192.0.2.20/24', gateway: '198.51.100.1' },
    { address: '192.0.2.20/24', gateway: '192.0.2.20' },
    { address: '192.0.2.20/24', dns: '192.0.2.53,' },
    { address: '192.0.2.20/24', dns: '192.0.2.53 init=/bin/sh' },
    { address: '192.0.2.20/24', dns: '9.9.9.1,9.9.9.2,9.9.9.3,9.9.9.4' },
    { gateway: '192.0.2.1' },
    { vlan: '0' },
    { vlan: '4095' },
    { vlan: '4.2' },
    { vlan: '42', address: 'x' },
  ])('is not used when it cannot be: %j', (told) => {
    expect(readGuestNetwork(told)).toBeUndefined()
  })

  const text = fc.oneof(dotted, fc.string(), fc.array(dotted, { maxLength: 5 }).map(String))
  const address = fc.oneof(
    fc.string(),
    fc.tuple(dotted, fc.nat({ max: 40 })).map((parts) => parts.join('/')),
  )
  const vlan = fc.oneof(fc.string(), fc.nat({ max: 5000 }).map(String))
  test.prop([fc.record({ address, gateway: text, dns: text, vlan })])(
    'holds digits, dots and nothing else, whatever it says',
    (told) => {
      const { fixed, vlan } = readGuestNetwork(told) ?? {}

      for (const text of [fixed?.address, fixed?.gateway, ...(fixed?.nameServers ?? [])]) {
        expect(text ?? '').toMatch(/^[\d.]*$/)
      }
      expect(vlan ?? 1).toBeLessThanOrEqual(4094)
    },
  )
})
