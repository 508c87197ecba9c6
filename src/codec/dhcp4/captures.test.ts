import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type CapturedDatagram, readPcap } from '../../../test/support/read-pcap.ts'
import { isFailure } from '../../domain/failure.ts'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from './message.ts'
import { type NetbootClient, readNetbootClient } from './netboot-client.ts'
import {
  decodeSubOptions,
  messageType,
  OPTION,
  readAddresses,
  readMachineIdentifier,
  readText,
  readUint16List,
} from './options.ts'
import { decodePxeVendorOptions } from './pxe-vendor-options.ts'

/** Captures of real clients and servers; test/fixtures/netboot/README.md says of which, and how they were made. */
const FILES = [
  'aavmf-pxe-arm64',
  'dhclient-dnsmasq',
  'ipxe-rom-bios-dnsmasq-menu',
  'ipxe-rom-bios-proxydhcp',
  'networkd-dnsmasq',
  'ovmf-httpboot-dhcp',
  'ovmf-pxe-proxydhcp',
  'ovmf-pxe-relay',
  'ovmf-pxe-then-ipxe2',
  'udhcpc-dnsmasq',
] as const
type Capture = (typeof FILES)[number]

const DHCP_PORTS = [67, 68, 4011]
const datagrams = (name: Capture): readonly CapturedDatagram[] =>
  readPcap(new URL(`../../../test/fixtures/netboot/${name}.pcap`, import.meta.url)).filter(
    ({ destinationPort }) => DHCP_PORTS.includes(destinationPort),
  )
const messages = (name: Capture): readonly DhcpMessage[] =>
  datagrams(name).map(({ payload }) => decodeDhcp(payload))

/** One line of a conversation: type, destination port, and what was asked or offered. */
function line({ destinationPort, payload }: CapturedDatagram): string {
  const message = decodeDhcp(payload)
  const client = readNetbootClient(message)
  const file = message.bootFile || readText(message.options.get(OPTION.bootFileName) ?? new Uint8Array(0))
  const said = client ? [client.kind, ...client.architectureCodes] : file ? [file] : []
  return [messageType(message), destinationPort, ...said].join(' ')
}
const conversation = (name: Capture): readonly string[] => datagrams(name).map(line)

/** The clients of a capture, each once. */
function clients(name: Capture): readonly NetbootClient[] {
  const all = messages(name).map(readNetbootClient)
  const known = new Map(
    all.filter((client) => client !== undefined).map((client) => [JSON.stringify(client), client]),
  )
  return [...known.values()]
}

const MAC = '52:54:00:12:34:56'
const UUID = '9f2c4f14-7a1b-4c3d-8e5f-0123456789ab'
const X64_UEFI = { code: 7, name: 'x64 UEFI', fetches: 'tftp', architecture: 'x64-uefi' }
const ROM = {
  kind: 'ipxe',
  architectureCodes: [0],
  architecture: { code: 0, name: 'x86 BIOS', fetches: 'tftp', architecture: 'x86-bios' },
  vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
  userClass: ['iPXE'],
  networkInterface: '1.2.1',
  ipxe: { version: '1.0.0', features: [23, 34, 19, 17, 39, 25, 41, 16, 33, 21, 24, 18] },
}
const OVMF = {
  kind: 'pxe',
  architectureCodes: [7],
  architecture: X64_UEFI,
  vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
  userClass: [],
  networkInterface: '1.3.0',
}
const OVMF_HTTP = {
  ...OVMF,
  kind: 'http',
  architectureCodes: [16],
  architecture: { code: 16, name: 'x64 UEFI boot from HTTP', fetches: 'http', architecture: 'x64-uefi' },
  vendorClass: 'HTTPClient:Arch:00016:UNDI:003000',
}

describe('who asked, in captures of real firmware', () => {
  test('the ROM of a network card in QEMU, which is iPXE, without and with a UUID', () => {
    expect(clients('ipxe-rom-bios-proxydhcp')).toEqual([{ mac: MAC, ...ROM }])
    expect(clients('ipxe-rom-bios-dnsmasq-menu')).toEqual([
      { mac: '52:54:00:ab:cd:02', uuid: UUID, ...ROM },
      // Whoever takes a menu's entry answers with the server's vendor class.
      { mac: '52:54:00:ab:cd:02', uuid: UUID, ...ROM, vendorClass: 'PXEClient' },
    ])
  })

  test('OVMF by PXE, then by HTTP', () => {
    expect(clients('ovmf-pxe-proxydhcp')).toEqual([{ mac: MAC, ...OVMF }])
    expect(clients('ovmf-httpboot-dhcp')).toEqual([
      { mac: MAC, ...OVMF },
      { mac: MAC, ...OVMF_HTTP },
    ])
  })

  test('UEFI of 64-bit ARM', () => {
    expect(clients('aavmf-pxe-arm64')).toEqual([
      {
        ...OVMF,
        mac: '52:54:00:ab:cd:04',
        uuid: UUID,
        architectureCodes: [11],
        architecture: { code: 11, name: 'ARM 64-bit UEFI', fetches: 'tftp', architecture: 'arm64-uefi' },
        vendorClass: 'PXEClient:Arch:00011:UNDI:003000',
      },
    ])
  })

  test('OVMF, and iPXE 2.0 that it was given', () => {
    expect(clients('ovmf-pxe-then-ipxe2')).toEqual([
      { ...OVMF, mac: '52:54:00:ab:cd:03', uuid: UUID },
      {
        ...OVMF,
        mac: '52:54:00:ab:cd:03',
        uuid: UUID,
        kind: 'ipxe',
        vendorClass: 'PXEClient:Arch:00007:UNDI:003010',
        userClass: ['iPXE'],
        networkInterface: '1.3.10',
        ipxe: { version: '2.0.0', features: [38, 23, 39, 36, 19, 20, 17, 41, 27, 21, 18] },
      },
    ])
  })

  test.each(['dhclient-dnsmasq', 'networkd-dnsmasq', 'udhcpc-dnsmasq'] as const)('nobody in %s', (name) => {
    expect(messages(name).length).toBeGreaterThan(3)
    expect(clients(name)).toEqual([])
  })
})

describe('what was said, in captures of real firmware', () => {
  test('OVMF asks the proxy on its own port for the file', () => {
    expect(conversation('ovmf-pxe-proxydhcp')).toEqual([
      'discover 67 pxe 7',
      'offer 68',
      'offer 68',
      'request 67 pxe 7',
      'ack 68',
      'request 4011 pxe 7',
      'ack 4011 ipxe.efi',
    ])
    expect(messages('ovmf-pxe-proxydhcp').at(-1)).toMatchObject({ op: 'reply', serverName: '10.99.0.2' })
  })

  test('OVMF gives PXE up and asks for an address by HTTP boot', () => {
    expect(conversation('ovmf-httpboot-dhcp')).toEqual([
      ...new Array(4).fill(['discover 67 pxe 7', 'offer 68']).flat(),
      'discover 67 http 16',
      'offer 68 http://10.99.0.2:8080/ipxe.efi',
      'request 67 http 16',
      'ack 68 http://10.99.0.2:8080/ipxe.efi',
    ])
  })

  test('iPXE takes the menu and never the file beside it', () => {
    const proxied = 'http://10.99.0.2:8080/hello.ipxe'
    const offers = messages('ipxe-rom-bios-proxydhcp').filter(({ bootFile }) => bootFile === proxied)

    expect(conversation('ipxe-rom-bios-proxydhcp')).toEqual([
      ...['discover 67 ipxe 0', `offer 68 ${proxied}`, 'discover 67 ipxe 0', `offer 68 ${proxied}`],
      ...['offer 68', 'offer 68', 'request 67 ipxe 0', 'ack 68'],
      ...new Array(4).fill(['request 4011 ipxe 0', `ack 68 ${proxied}`]).flat(),
    ])
    expect(offers.map(({ options }) => decodePxeVendorOptions(options.get(43) ?? new Uint8Array(0)))).toEqual(
      new Array(6).fill({ discoveryControl: 8, menuPrompt: { timeoutSeconds: 0, text: 'PXE' } }),
    )
  })

  test('a menu of dnsmasq, and what was chosen from it', () => {
    const said = messages('ipxe-rom-bios-dnsmasq-menu').map(({ options }) =>
      decodePxeVendorOptions(options.get(OPTION.vendorOptions) ?? new Uint8Array(0)),
    )

    expect(said[1]).toEqual({
      discoveryControl: 3,
      bootServers: [{ type: 0x8000, addresses: ['10.98.0.1'] }],
      bootMenu: [
        { type: 0x8000, text: 'Install' },
        { type: 0, text: 'Local disk' },
      ],
      menuPrompt: { timeoutSeconds: 5, text: 'Choose' },
    })
    expect(said[4]).toEqual({ bootItem: { type: 0x8000, layer: 0 } })
    expect(messages('ipxe-rom-bios-dnsmasq-menu')[5]?.bootFile).toBe('undionly.0')
  })

  test('a relay agent says on which of its interfaces the client is', () => {
    const [discover, offer] = messages('ovmf-pxe-relay')

    expect(discover).toMatchObject({ hops: 1, relayAddress: '10.97.0.1' })
    for (const message of [discover, offer]) {
      const relayed = decodeSubOptions(message?.options.get(82) ?? new Uint8Array(0), 'plain')
      expect([...relayed].map(([code, value]) => [code, readText(value)])).toEqual([[1, 'tap0']])
    }
    expect(clients('ovmf-pxe-relay')).toEqual([{ ...OVMF, mac: '52:54:00:ab:cd:05', uuid: UUID }])
  })

  test('an address given by dnsmasq to systemd-networkd, and given back', () => {
    const [discover, offer, request, ack, release] = messages('networkd-dnsmasq')

    expect(
      [discover, offer, request, ack, release].map((message) => message && messageType(message)),
    ).toEqual(['discover', 'offer', 'request', 'ack', 'release'])
    expect(offer?.yourAddress).toBe('10.98.0.75')
    expect(readAddresses(offer?.options.get(OPTION.router) ?? new Uint8Array(0))).toEqual(['10.98.0.1'])
    expect(readText(request?.options.get(OPTION.hostName) ?? new Uint8Array(0))).toBe('store-0042')
    expect(readUint16List(request?.options.get(OPTION.maximumMessageSize) ?? new Uint8Array(0))).toEqual([
      1472,
    ])
    expect(release).toMatchObject({ clientAddress: '10.98.0.75', broadcast: false })
  })

  test('the identifier of the machine comes back from the server as it was sent', () => {
    const [, offer] = messages('ipxe-rom-bios-dnsmasq-menu')

    expect(readMachineIdentifier(offer?.options.get(97) ?? new Uint8Array(0))).toBe(UUID)
  })
})

const CAPTURED = FILES.flatMap((name) => datagrams(name).map(({ payload }) => payload))

describe('captured messages', () => {
  test('survive being written again', () => {
    expect(CAPTURED).toHaveLength(72)
    for (const payload of CAPTURED) {
      const message = decodeDhcp(payload)
      expect(decodeDhcp(encodeDhcp(message))).toEqual(message)
    }
  })

  const change = fc.oneof(
    fc.record({ what: fc.constant('flip' as const), at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ what: fc.constant('cut' as const), at: fc.nat(), length: fc.nat(300) }),
    fc.record({
      what: fc.constant('insert' as const),
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    }),
  )
  /** Most of the damage among the options; in the header half the bytes mean nothing. */
  const place = (at: number, length: number): number => (at % 4 === 0 ? at : 240 + at) % Math.max(1, length)
  const apply = (
    bytes: readonly number[],
    damage: typeof change extends fc.Arbitrary<infer T> ? T : never,
  ) => {
    const at = place(damage.at, bytes.length)
    if (damage.what === 'flip') return bytes.map((byte, index) => (index === at ? byte ^ damage.bits : byte))
    if (damage.what === 'cut') return bytes.toSpliced(at, damage.length)
    return bytes.toSpliced(at, 0, ...damage.bytes)
  }

  property.prop([fc.constantFrom(...CAPTURED), fc.array(change, { minLength: 1, maxLength: 6 })], {
    numRuns: 2000,
  })(
    'that were damaged are read or refused by a Failure, and so is what was read of them',
    (payload, changes) => {
      const damaged = Uint8Array.from(changes.reduce<readonly number[]>(apply, [...payload]))
      try {
        const message = decodeDhcp(damaged)
        readNetbootClient(message)
        decodePxeVendorOptions(message.options.get(OPTION.vendorOptions) ?? new Uint8Array(0))
        expect(message.options.size).toBeLessThanOrEqual(254)
        expect(decodeDhcp(encodeDhcp(message))).toEqual(message)
      } catch (error) {
        expect(isFailure(error, 'packet.malformed'), String(error)).toBe(true)
      }
    },
  )
})
