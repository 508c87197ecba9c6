import { describe, expect, test } from 'vitest'
import { checkLeases, type NetbootSettings, parseLeaseRange, parseReservation } from './netboot-settings.ts'

const NETWORK = { address: '192.0.2.1', netmask: '255.255.255.0' }
const settings = (given: Partial<NetbootSettings>): NetbootSettings => ({
  dhcp: 'authoritative',
  installed: 'ignore',
  interfaces: [],
  range: { first: '192.0.2.100', last: '192.0.2.200' },
  dns: [],
  leaseSeconds: 3600,
  reservations: new Map(),
  tftpMode: 'single-port',
  ...given,
})

describe('what is to be handed out', () => {
  test('a range is two addresses in order', () => {
    expect(parseLeaseRange('192.0.2.100-192.0.2.200')).toEqual({ first: '192.0.2.100', last: '192.0.2.200' })
  })

  test.each([
    '',
    '192.0.2.1',
    '192.0.2.9-192.0.2.1',
    '192.0.2.1-x',
    '10.0.0.0-10.255.255.255',
    '1.1.1.1-1.1.1.2-1.1.1.3',
  ])('%j is no range, and it is said what is one', (text) =>
    expect(() => parseLeaseRange(text)).toThrow('expected FIRST-LAST'),
  )

  test('a reservation is a card and its address', () => {
    expect(parseReservation('00-50-56-AA-BB-CC=192.0.2.20')).toEqual(['00:50:56:aa:bb:cc', '192.0.2.20'])
    expect(() => parseReservation('store-1=192.0.2.20')).toThrow('expected MAC=ADDRESS')
    expect(() => parseReservation('00:50:56:aa:bb:cc')).toThrow('expected MAC=ADDRESS')
  })

  test('everything that cannot be on this network is said at once', () => {
    expect(() => checkLeases(settings({}), NETWORK)).not.toThrow()
    const [one, two] = [
      parseReservation('00:50:56:aa:bb:cc=192.0.2.20'),
      parseReservation('00:50:56:aa:bb:cd=192.0.2.20'),
    ]
    const wrong = settings({
      router: '198.51.100.1',
      dns: ['dns.example'],
      reservations: new Map([one, two]),
    })
    expect(() => checkLeases(wrong, NETWORK)).toThrow(
      /198\.51\.100\.1 is not in the network.*dns\.example is no IPv4 address.*192\.0\.2\.20 is reserved twice/,
    )
    expect(() => checkLeases(settings({ range: undefined }), NETWORK)).toThrow('--dhcp-range FIRST-LAST')
  })
})
