import { expect, test } from 'vitest'
import { baseUrl, bootAddress } from './base-url.ts'

const HERE = '192.0.2.1'

test.each([
  ['listens everywhere', {}, 'http://192.0.2.1:8080'],
  ['says so', { bootHost: '0.0.0.0' }, 'http://192.0.2.1:8080'],
  ['says so for IPv6', { bootHost: '::' }, 'http://192.0.2.1:8080'],
  ['listens on another address only', { bootHost: '198.51.100.1' }, 'http://198.51.100.1:8080'],
  ['listens on one of IPv6 only', { bootHost: '2001:db8::1' }, 'http://[2001:db8::1]:8080'],
  ['advertises a name', { advertise: 'boot.example', bootHost: HERE }, 'http://boot.example:8080'],
  ['advertises a port as well', { advertise: '203.0.113.9:80' }, 'http://203.0.113.9:80'],
])('firmware is led to where the boot server can be reached that %s', (_, options, url) => {
  expect(baseUrl(bootAddress(options, HERE), 8080)).toBe(url)
})
