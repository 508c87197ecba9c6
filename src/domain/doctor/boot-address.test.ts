import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  type BootAddressFacts,
  isContainerCard,
  judgeBootAddress,
  nameOfHost,
  type OwnAddress,
} from './boot-address.ts'

const LO: OwnAddress = { card: 'lo', address: '127.0.0.1', isLoopback: true }
const ETH: OwnAddress = { card: 'eth0', address: '192.0.2.2', isLoopback: false }
const OTHER: OwnAddress = { card: 'eth1', address: '198.51.100.2', isLoopback: false }
const DOCKER: OwnAddress = { card: 'docker0', address: '172.17.0.1', isLoopback: false }
const ZERO: OwnAddress = { card: 'usb0', address: '169.254.3.4', isLoopback: false }

const judge = (facts: Partial<BootAddressFacts>) => {
  const { verdict, detail } = judgeBootAddress({ own: [LO, ETH], ...facts })
  return `${verdict}: ${detail}`
}

describe('an address that was chosen', () => {
  test.each<[string, Partial<BootAddressFacts>, RegExp]>([
    ['our own', { advertise: '192.0.2.2:9000' }, /^good: 192\.0\.2\.2 on eth0$/],
    ['loopback', { advertise: '127.0.0.1' }, /^bad: 127\.0\.0\.1 is this computer only/],
    ['loopback listened on', { bootHost: '127.0.0.1' }, /^warning: 127\.0\.0\.1 is this computer only/],
    ['IPv6 loopback', { advertise: '[::1]:8080' }, /^bad: ::1 is this computer only/],
    ['link-local', { advertise: '169.254.1.1' }, /^warning: .*link-local/],
    ['IPv6 link-local', { advertise: 'fe80::1' }, /^warning: .*link-local/],
    ['no address at all', { advertise: '0.0.0.0' }, /^bad: .*no address of a computer/],
    ['everybody', { advertise: '255.255.255.255' }, /^bad: /],
    ['somebody else', { advertise: '203.0.113.9' }, /^warning: .*not an address of this computer/],
    ['containers', { advertise: '172.17.0.1', own: [LO, ETH, DOCKER] }, /^warning: .*docker0.*containers/],
    ['all of them', { bootHost: '0.0.0.0' }, /^good: 192\.0\.2\.2 on eth0$/],
  ])('%s', (_what, facts, text) => {
    expect(judge(facts)).toMatch(text)
  })
})

describe('a name that was chosen', () => {
  const advertise = 'boot.example:8080'

  test.each<[BootAddressFacts['lookedUp'], RegExp]>([
    [['192.0.2.2'], /^good: boot\.example stands for 192\.0\.2\.2; 192\.0\.2\.2 on eth0$/],
    [['203.0.113.9'], /^warning: .*not an address of this computer/],
    [['127.0.1.1', '192.0.2.2'], /^warning: .*which is this computer only$/],
    ['not-found', /^bad: there is no such name as boot\.example$/],
    ['unknown', /^warning: boot\.example could not be looked up/],
  ])('that stands for %s', (lookedUp, text) => {
    expect(judge({ advertise, lookedUp })).toMatch(text)
  })
})

describe('without a choice', () => {
  test.each<[string, readonly OwnAddress[], RegExp]>([
    ['one network', [LO, ETH, DOCKER, ZERO], /^good: 192\.0\.2\.2 on eth0$/],
    ['several networks', [LO, ETH, OTHER], /^warning: there are several: .*eth0, 198\.51\.100\.2 on eth1/],
    ['containers first', [LO, DOCKER, ETH], /^warning: the first address is 172\.17\.0\.1 on docker0/],
    ['containers alone', [LO, DOCKER], /^warning: hosts elsewhere can hardly reach any of/],
    ['loopback alone', [LO], /^warning: .*no address but loopback/],
  ])('%s', (_what, own, text) => {
    expect(judge({ own })).toMatch(text)
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:80', '192.0.2.1'],
  ['[2001:db8::1]:80', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['boot.example:8080', 'boot.example'],
])('the host of %s is %s', (given, host) => {
  expect(nameOfHost(given)).toBe(host)
})

test('cards of container engines are told from those of people', () => {
  expect(['docker0', 'br-0123456789ab', 'cni0', 'veth12', 'podman1'].filter(isContainerCard)).toHaveLength(5)
  expect(['eth0', 'br0', 'br-lan', 'virbr0', 'eno1'].filter(isContainerCard)).toEqual([])
})

property.prop([fc.string(), fc.array(fc.string(), { maxLength: 3 })])(
  'whatever is given, there is one finding',
  (advertise, lookedUp) => {
    expect(judgeBootAddress({ advertise, own: [LO], lookedUp }).name).toBe('address for hosts')
  },
)
