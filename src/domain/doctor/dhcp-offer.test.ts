import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type DhcpOffer, judgeOffers, type OwnServers } from './dhcp-offer.ts'

const NOBODY: OwnServers = { addresses: ['10.77.0.1'], isEdgeboot: false }
const US: OwnServers = { ...NOBODY, isEdgeboot: true }
const LEASE: DhcpOffer = {
  server: '10.77.0.2',
  offered: '10.77.0.100',
  nextServer: '10.77.0.2',
  isForPxe: false,
}
const PROXY: DhcpOffer = {
  server: '10.77.0.3',
  bootFile: 'other.efi',
  nextServer: '10.77.0.3',
  isForPxe: true,
}
const OURS: DhcpOffer = {
  server: '10.77.0.1',
  bootFile: 'snponly.efi',
  nextServer: '10.77.0.1',
  isForPxe: true,
}

const judge = (offers: readonly DhcpOffer[], own = NOBODY) =>
  judgeOffers({ card: 'eth0', waitedMs: 5000, offers }, own).map(
    ({ verdict, detail }) => `${verdict}: ${detail}`,
  )

describe('what is heard on a network', () => {
  test('nobody: hosts get no address there', () => {
    expect(judge([])).toEqual(['warning: no DHCP or PXE server answered within 5 s'])
  })

  test('a DHCP server that names itself as next server, without a file, leads nobody', () => {
    expect(judge([LEASE])).toEqual([
      'good: DHCP server 10.77.0.2 offers 10.77.0.100; it says nothing of what to boot',
    ])
  })

  test.each<[string, Partial<DhcpOffer>, string]>([
    ['a file elsewhere', { bootFile: 'a.efi', nextServer: '10.77.0.9' }, 'warning'],
    ['a file here', { bootFile: 'a.efi', nextServer: '10.77.0.1' }, 'good'],
    ['a URL elsewhere', { bootFile: 'http://boot.example/a.efi', nextServer: '10.77.0.1' }, 'warning'],
    ['a URL here', { bootFile: 'http://10.77.0.1:8080/a.efi', nextServer: '10.77.0.9' }, 'good'],
    ['a menu of PXE', { isForPxe: true }, 'warning'],
    ['PXE clients to this computer', { isForPxe: true, nextServer: '10.77.0.1' }, 'good'],
  ])('a DHCP server that names %s', (_what, given, verdict) => {
    expect(judge([{ ...LEASE, ...given }])[0]).toMatch(
      new RegExp(`^${verdict}: DHCP server 10\\.77\\.0\\.2 offers`),
    )
  })

  test('a PXE server beside nothing of ours is a warning, beside our answers a conflict', () => {
    expect(judge([PROXY])).toEqual([
      'warning: PXE server 10.77.0.3 answers without addresses (a proxy): boots other.efi on 10.77.0.3',
    ])
    expect(judge([OURS, PROXY], US)).toEqual([
      'good: this server answers at 10.77.0.1: boots snponly.efi on 10.77.0.1',
      expect.stringMatching(/^bad: conflict: PXE server 10\.77\.0\.3 .*, and so does this server$/),
    ])
  })

  test('two that hand out addresses are a conflict when one of them is this server', () => {
    expect(judge([{ ...OURS, offered: '10.77.0.50' }, LEASE], US)).toEqual([
      'good: this server answers at 10.77.0.1: offers 10.77.0.50 and boots snponly.efi on 10.77.0.1',
      expect.stringMatching(/^bad: conflict: DHCP server 10\.77\.0\.2 .* hands out addresses too$/),
    ])
    expect(judge([LEASE, { ...LEASE, server: '10.77.0.4' }]).every((text) => text.startsWith('good'))).toBe(
      true,
    )
  })

  test('another program on this computer is not taken for ours', () => {
    const libvirt = { ...LEASE, server: '10.77.0.1' }
    expect(judge([libvirt])[0]).toMatch(
      /^good: DHCP server 10\.77\.0\.1 on this computer, of another program, offers/,
    )
    const both = judge([OURS, libvirt], { ...US, other: 'dnsmasq (pid 12)' })
    expect(both).toEqual([
      expect.stringMatching(/^good: this server answers/),
      expect.stringMatching(
        /^good: DHCP server 10\.77\.0\.1 on this computer, of dnsmasq \(pid 12\), offers/,
      ),
    ])
  })
})

const address = fc.constantFrom('10.77.0.1', '10.77.0.2', '10.77.0.3')
const offer: fc.Arbitrary<DhcpOffer> = fc
  .record(
    {
      server: address,
      offered: address,
      nextServer: fc.oneof(address, fc.string()),
      bootFile: fc.oneof(fc.string(), fc.constant('http://10.77.0.1/a')),
      isForPxe: fc.boolean(),
    },
    { requiredKeys: ['server', 'isForPxe'] },
  )
  .map((given) => given as DhcpOffer)

property.prop([fc.array(offer, { minLength: 1, maxLength: 8 }), fc.boolean()])(
  'of every offer something is said, and without a server of ours nothing is a conflict',
  (offers, isEdgeboot) => {
    const findings = judgeOffers({ card: 'eth0', waitedMs: 5000, offers }, { ...NOBODY, isEdgeboot })

    expect(findings).toHaveLength(offers.length)
    expect(findings.every(({ name }) => name === 'DHCP on eth0')).toBe(true)
    if (!isEdgeboot) expect(findings.filter(({ verdict }) => verdict === 'bad')).toEqual([])
  },
)
