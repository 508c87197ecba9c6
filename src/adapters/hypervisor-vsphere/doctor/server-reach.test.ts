import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { judgeServerAddress } from './server-reach.ts'

const host = { address: '10.1.2.3', netmask: '255.255.255.0' }
const loopback = { address: '127.0.0.1', netmask: '255.0.0.0' }

describe('the address of this process', () => {
  test.each([
    ['10.1.2.9', 'good', 'is in the network of the host at 10.1.2.3/255.255.255.0'],
    ['10.1.2.9:8080', 'good', 'is in the network of the host'],
    ['10.1.3.9', 'good', 'is in no network of the hosts (10.1.2.3/255.255.255.0): there has to be a router'],
    ['192.168.1.1', 'good', 'there has to be a router'],
    ['203.0.113.9', 'warning', 'is public, and the addresses of the hosts (10.1.2.3/255.255.255.0) are not'],
    ['127.0.0.1', 'bad', 'is this machine only'],
    ['localhost:8080', 'bad', 'is this machine only'],
    ['[::1]:8080', 'bad', 'is this machine only'],
    ['::ffff:127.0.0.1', 'bad', 'is this machine only'],
    ['0.0.0.0', 'bad', 'is this machine only'],
    ['169.254.7.7', 'bad', 'is link-local'],
    ['fe80::1', 'bad', 'is link-local'],
    ['2001:db8::1', 'good', 'there was no address of a host to compare with'],
    ['boot.example:8080', 'warning', 'is a name'],
  ])('%s is %s', (address, verdict, why) => {
    const finding = judgeServerAddress(address, [loopback, host])

    expect(finding).toMatchObject({ verdict, detail: expect.stringContaining(why) })
    expect(finding.remedy !== undefined).toBe(verdict === 'bad' || why.includes('public'))
  })

  test('is a private one where the hosts are public', () => {
    expect(
      judgeServerAddress('172.20.0.1', [{ address: '203.0.113.9', netmask: '255.255.255.0' }]),
    ).toMatchObject({
      verdict: 'warning',
      detail: expect.stringContaining('is private'),
    })
  })

  test('has nothing to be compared with on hosts that tell nothing', () => {
    expect(judgeServerAddress('10.1.2.9', [loopback, { address: '10.1.2.3', netmask: '' }]).detail).toContain(
      'no address of a host to compare with',
    )
  })

  property.prop([fc.ipV4(), fc.ipV4()])(
    'is in the network of a host with the very same address',
    (address, other) => {
      const same = judgeServerAddress(address, [{ address, netmask: '255.255.255.255' }])
      expect(same.verdict === 'bad' || /compare with|in the network/.test(same.detail)).toBe(true)
      expect(['good', 'warning', 'bad']).toContain(
        judgeServerAddress(address, [{ address: other, netmask: '255.255.0.0' }]).verdict,
      )
    },
  )
})
