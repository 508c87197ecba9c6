import { describe, expect, test } from 'vitest'
import { aFleet, aWish } from '../../../test/support/a-fleet.ts'
import { aShelf } from '../../../test/support/a-shelf.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { createMemorySettings } from '../../../test/support/memory-settings.ts'
import { readPcap } from '../../../test/support/read-pcap.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { createMemoryStore } from '../../adapters/store-memory/memory-store.ts'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from '../../codec/dhcp4/message.ts'
import { readNetbootClient } from '../../codec/dhcp4/netboot-client.ts'
import { addressOption, messageType, messageTypeOption, OPTION, readText } from '../../codec/dhcp4/options.ts'
import type { DesiredFleet, DesiredHost, UnknownHostPolicy } from '../../domain/desired-fleet.ts'
import type { MacAddress } from '../../domain/mac-address.ts'
import type { InstalledPolicy } from '../../domain/netboot/decide-answer.ts'
import { FIRMWARE_NAMES } from '../../domain/netboot/firmware-names.ts'
import type { FirmwareCatalogue, FirmwareImage } from '../../ports/firmware-catalogue.ts'
import { createFleetPlans } from '../fleet-plans.ts'
import { openHostBook } from '../host-book.ts'
import { type LeaseBook, openLeaseBook } from './lease-book.ts'
import { createNetbootDesk, type DhcpPort } from './netboot-desk.ts'
import { createNetbootNews } from './netboot-news.ts'

const log = createSilentLog()
const OURS = '192.0.2.1'
const MAC = '52:54:00:12:34:56' as MacAddress

/** A message a real client has sent, the first of its kind in a capture. */
function captured(file: string, kind: 'pxe' | 'http' | 'ipxe', type = 'discover', port = 67): DhcpMessage {
  const path = new URL(`../../../test/fixtures/netboot/${file}.pcap`, import.meta.url)
  for (const { destinationPort, payload } of readPcap(path)) {
    if (destinationPort !== port) continue
    const message = decodeDhcp(payload)
    if (readNetbootClient(message)?.kind === kind && messageType(message) === type) return message
  }
  throw new Error(`${file} has no such message`)
}

const BIOS = captured('ipxe-rom-bios-proxydhcp', 'ipxe')
const UEFI = captured('ovmf-pxe-proxydhcp', 'pxe')
const HTTP = captured('ovmf-httpboot-dhcp', 'http')
const ARM = captured('aavmf-pxe-arm64', 'pxe')
const macOf = (message: DhcpMessage): MacAddress => readNetbootClient(message)?.mac ?? MAC

function aCatalogue(names: readonly string[] = FIRMWARE_NAMES.map(({ name }) => name)): FirmwareCatalogue {
  const images = FIRMWARE_NAMES.filter(({ name }) => names.includes(name)).map(
    (one): FirmwareImage => ({ ...one, path: `/fw/${one.name}`, bytes: Uint8Array.of(1), sha256: 'ab' }),
  )
  return { images: () => images, find: (name) => images.find((image) => image.name === name) }
}

interface Given {
  readonly hosts?: readonly DesiredHost[]
  readonly unknown?: UnknownHostPolicy['policy']
  readonly installed?: InstalledPolicy
  readonly catalogue?: FirmwareCatalogue
  readonly reserve?: ReadonlyMap<MacAddress, string>
  readonly authoritative?: boolean
  readonly range?: { readonly first: string; readonly last: string }
}

async function aDesk(given: Given = {}) {
  const { hosts = [], unknown = 'ignore', installed = 'ignore', catalogue = aCatalogue() } = given
  const clock = createFakeClock()
  const store = createMemoryStore()
  const book = await openHostBook({ store, clock, random: createFixedRandom(), log })
  const shelf = aShelf()
  const signal = new AbortController().signal
  await shelf.put({ name: 'palette', isoPath: '/palette.iso' }, signal)
  const plans = createFleetPlans(shelf, log)
  plans.set(aFleet(hosts, { unknownHosts: { policy: unknown } as DesiredFleet['unknownHosts'] }))
  for (const { name } of hosts) await book.add({ name, boot: 'pxe', driver: 'none', createdAt: clock.now() })
  const news = createNetbootNews(clock)
  const leases: LeaseBook | undefined = given.authoritative
    ? await openLeaseBook(
        {
          ...{
            first: '192.0.2.100',
            last: '192.0.2.101',
            network: { address: OURS, netmask: '255.255.255.0' },
            router: OURS,
            dns: ['192.0.2.53'],
            ...given.range,
          },
          ...{ leaseSeconds: 3600, taken: [OURS], reservations: given.reserve ?? new Map() },
        },
        { store: createMemorySettings(), clock, log },
      )
    : undefined
  const base = (address: string): string => `http://${address}:8080`
  const desk = createNetbootDesk({ book, plans, catalogue, news, installed, leases, base, clock, log })
  const ask = (message: DhcpMessage, port: DhcpPort = 'dhcp'): DhcpMessage | undefined => {
    const answer = desk.consider(message, port, [OURS])?.(OURS)
    // Whatever is answered has to fit a packet and be read again.
    return answer && decodeDhcp(encodeDhcp(answer))
  }
  const arm = (name: string) =>
    book.record(name, { type: 'host.armed', data: { until: clock.now() + 60_000, by: 'x' } })
  return { ask, arm, book, news, clock, leases }
}

const aBox = (message: DhcpMessage, given: Partial<DesiredHost> = {}): DesiredHost =>
  aWish({ name: 'box', machine: undefined, match: { mac: macOf(message) }, ...given })
const text = (message: DhcpMessage | undefined, code: number): string =>
  readText(message?.options.get(code) ?? new Uint8Array())

describe('what real firmware is answered', () => {
  test('iPXE in a ROM gets the script, and no menu that it would follow instead', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })

    const offer = ask(BIOS)

    expect(offer && messageType(offer)).toBe('offer')
    expect(offer?.bootFile).toBe('http://192.0.2.1:8080/boot.ipxe')
    expect(offer).toMatchObject({ op: 'reply', yourAddress: '0.0.0.0', serverAddress: OURS })
    expect(offer?.transactionId).toBe(BIOS.transactionId)
    expect(text(offer, OPTION.vendorClass)).toBe('PXEClient')
    expect(offer?.options.has(OPTION.vendorOptions)).toBe(false)
    expect(offer?.options.get(OPTION.clientMachineIdentifier)).toEqual(
      BIOS.options.get(OPTION.clientMachineIdentifier),
    )
  })

  test('UEFI by PXE gets its binary by TFTP, without option 43; the same on port 4011 as an acknowledgement', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    const request = captured('ovmf-pxe-proxydhcp', 'pxe', 'request', 4011)

    const offer = ask(UEFI)
    const ack = ask(request, 'pxe')
    const toAnother = new Map(request.options).set(OPTION.serverIdentifier, addressOption('192.0.2.9'))

    expect([offer?.bootFile, offer?.options.has(OPTION.vendorOptions)]).toEqual(['snponly.efi', false])
    expect([ack && messageType(ack), ack?.bootFile, ack?.serverAddress]).toEqual(['ack', 'snponly.efi', OURS])
    expect(ask({ ...request, options: toAnother }, 'pxe')).toBeUndefined()
  })

  test('UEFI by HTTP gets a whole URL and hears what it listens for', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })

    const offer = ask(HTTP)

    expect(offer?.bootFile).toBe('http://192.0.2.1:8080/snponly.efi')
    expect(text(offer, OPTION.vendorClass)).toBe('HTTPClient')
  })

  test('arm64 gets a binary for arm64', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    expect(ask(ARM)?.bootFile).toBe('snponly-arm64.efi')
  })

  test('the ROM of a BIOS is told to take the file at once', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    const options = new Map(UEFI.options).set(OPTION.clientArchitecture, Uint8Array.of(0, 0))

    const offer = ask({ ...UEFI, options })

    expect(offer?.bootFile).toBe('undionly.kpxe')
    expect(offer?.options.get(OPTION.vendorOptions)).toEqual(Uint8Array.of(6, 1, 8, 255))
  })

  test('what a relay added goes back as it came', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    const relayed = captured('ovmf-pxe-relay', 'pxe')

    const offer = ask(relayed)

    expect(offer?.relayAddress).toBe(relayed.relayAddress)
    expect(offer?.options.get(OPTION.relayAgentInformation)).toEqual(
      relayed.options.get(OPTION.relayAgentInformation),
    )
  })

  test('a proxy leaves everything but offers to the DHCP server of the site', async () => {
    const { ask, news } = await aDesk({ unknown: 'discover' })

    expect(ask(captured('ovmf-pxe-proxydhcp', 'pxe', 'request'))).toBeUndefined()
    expect(ask({ ...BIOS, op: 'reply' })).toBeUndefined()
    expect(news.recent()).toEqual([])
  })
})

describe('who is answered', () => {
  test('a host that may install, by a file name that says who fetches it, and that is recorded', async () => {
    const { ask, arm, book, news } = await aDesk({ hosts: [aBox(UEFI)] })
    const events: unknown[] = []
    book.subscribe(({ type, data }) => type === 'dhcp.seen' && events.push(data))
    await arm('box')

    expect(ask(UEFI)?.bootFile).toBe('n/box/snponly.efi')

    await book.record('box', { type: 'host.approved', data: { by: 'x' } })
    expect(events).toEqual([
      {
        action: 'answered',
        reason: 'it may install',
        client: 'firmware, x64 UEFI (PXE)',
        file: 'n/box/snponly.efi',
        fetches: 'tftp',
        port: 67,
      },
    ])
    expect(news.recent()).toMatchObject([
      { action: 'answered', host: 'box', mac: macOf(UEFI), service: 'dhcp' },
    ])
  })

  test('not one that boots from its disk, except where that goes by a script', async () => {
    const silent = await aDesk({ hosts: [aBox(UEFI)] })
    const talking = await aDesk({ hosts: [aBox(UEFI)], installed: 'local' })

    expect(silent.ask(UEFI)).toBeUndefined()
    expect(silent.news.recent()).toMatchObject([
      { action: 'ignored', reason: expect.stringContaining('edgeboot host arm box') },
    ])
    expect(talking.ask(UEFI)?.bootFile).toBe('n/box/snponly.efi')
  })

  test('a stranger by the policy of the fleet, and whoever may be a host known by its serial number', async () => {
    const { ask, news } = await aDesk()
    const careful = await aDesk({ hosts: [aWish({ machine: undefined, match: { serial: 'S1' } })] })

    expect(ask(UEFI)).toBeUndefined()
    expect(news.recent()).toMatchObject([
      { action: 'ignored', reason: expect.stringContaining('unknown hosts are ignored') },
    ])
    expect(careful.ask(UEFI)?.bootFile).toBe('snponly.efi')
  })

  test('nobody for whom there is no image, and it is said which', async () => {
    const { ask, arm, news } = await aDesk({ hosts: [aBox(ARM)], catalogue: aCatalogue(['snponly.efi']) })
    await arm('box')

    expect(ask(ARM)).toBeUndefined()
    expect(news.recent()).toMatchObject([
      { action: 'ignored', reason: 'there is no firmware image for ARM 64-bit UEFI' },
    ])
  })

  test('a host with the image that was chosen for it', async () => {
    const { ask, arm } = await aDesk({ hosts: [aBox(UEFI, { bootFile: 'ipxe.efi' })] })
    const missing = await aDesk({ hosts: [aBox(UEFI, { bootFile: 'other.efi' })] })
    await arm('box')
    await missing.arm('box')

    expect(ask(UEFI)?.bootFile).toBe('n/box/ipxe.efi')
    expect(missing.ask(UEFI)).toBeUndefined()
    expect(missing.news.recent()[0]?.reason).toContain('other.efi is not in the firmware folders')
  })

  test('hosts also while strangers flood the network, and memory stays bounded', async () => {
    const { ask, arm, news } = await aDesk({ hosts: [aBox(UEFI)], unknown: 'discover' })
    await arm('box')

    let answered = 0
    for (let stranger = 0; stranger < 20_000; stranger += 1) {
      const hardwareAddress = Uint8Array.of(2, 0, 0, stranger >> 16, (stranger >> 8) & 255, stranger & 255)
      if (ask({ ...UEFI, hardwareAddress })) answered += 1
    }

    expect(answered).toBeLessThan(1000)
    expect(news.recent().length).toBeLessThanOrEqual(500)
    expect(ask(UEFI)?.bootFile).toBe('n/box/snponly.efi')
    expect(news.recent().at(-1)).toMatchObject({ host: 'box' })
  })

  test('not without end whoever knows the UUID of a host', async () => {
    const identifier = Uint8Array.of(0, ...Array.from({ length: 16 }, (_, at) => at + 1))
    const box = { ...UEFI, options: new Map(UEFI.options).set(OPTION.clientMachineIdentifier, identifier) }
    const match = { uuid: readNetbootClient(box)?.uuid } as DesiredHost['match']
    const { ask, arm } = await aDesk({ hosts: [aBox(UEFI, { match })] })
    await arm('box')
    const answers = Array.from({ length: 2000 }, (_, at) =>
      ask({ ...box, hardwareAddress: Uint8Array.of(2, 0, 0, 0, at >> 8, at & 255) }),
    ).filter((answer) => answer !== undefined)

    expect(answers[0]?.bootFile).toBe('n/box/snponly.efi')
    expect(answers.length).toBeLessThanOrEqual(200)
  })

  test('one client that asks without end not without end', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    const answers = Array.from({ length: 100 }, () => ask(UEFI)).filter((answer) => answer !== undefined)
    expect(answers.length).toBeLessThanOrEqual(20)
  })

  test('whoever broadcasts in the name of a client does not keep it from asking the boot server', async () => {
    const { ask } = await aDesk({ unknown: 'discover' })
    for (let time = 0; time < 100; time += 1) ask(UEFI)
    expect(ask(captured('ovmf-pxe-proxydhcp', 'pxe', 'request', 4011), 'pxe')).toBeDefined()
  })
})

describe('the DHCP server of a network of its own', () => {
  const laptop = (
    type: Parameters<typeof messageTypeOption>[0],
    last: number,
    more: Iterable<[number, Uint8Array]> = [],
  ): DhcpMessage => ({
    ...UEFI,
    hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, last),
    options: new Map([[OPTION.messageType, messageTypeOption(type)], ...more]),
  })
  const requested = (address: string): [number, Uint8Array] => [
    OPTION.requestedAddress,
    addressOption(address),
  ]

  test('offers, acknowledges, remembers and refuses', async () => {
    const { ask } = await aDesk({ authoritative: true })

    const offer = ask(laptop('discover', 1))
    expect(offer?.yourAddress).toBe('192.0.2.100')
    expect(offer?.options.get(OPTION.subnetMask)).toEqual(Uint8Array.of(255, 255, 255, 0))
    expect(offer?.options.get(OPTION.router)).toEqual(addressOption(OURS))
    expect(offer?.options.get(OPTION.leaseTime)).toEqual(Uint8Array.of(0, 0, 14, 16))
    const ack = ask(laptop('request', 1, [requested('192.0.2.100')]))
    expect([ack && messageType(ack), ack?.yourAddress]).toEqual(['ack', '192.0.2.100'])
    expect(ask(laptop('discover', 2))?.yourAddress).toBe('192.0.2.101')
    expect(ask(laptop('discover', 3)), 'none is left').toBeUndefined()
    const refused = ask(laptop('request', 3, [requested('192.0.2.100')]))
    expect([refused && messageType(refused), refused?.yourAddress]).toEqual(['nak', '0.0.0.0'])
    expect(ask(laptop('request', 2, [[OPTION.serverIdentifier, addressOption('192.0.2.9')]]))).toBeUndefined()
    expect(ask(laptop('discover', 3))?.yourAddress, 'who took another server gives back').toBe('192.0.2.101')
  })

  test('hands out nothing behind relays of other networks, where its addresses are of no use', async () => {
    const { ask } = await aDesk({ authoritative: true })
    const relayed = (relayAddress: string) => ask({ ...laptop('discover', 1), relayAddress })?.yourAddress

    expect(relayed('198.51.100.1')).toBeUndefined()
    expect(relayed('192.0.2.7')).toBe('192.0.2.100')
  })

  test('tells the broadcast address of its network, with or without a range', async () => {
    const { ask } = await aDesk({
      authoritative: true,
      range: { first: '0.0.0.1', last: '0.0.0.0' },
      reserve: new Map([[macOf(UEFI), '192.0.2.50']]),
    })

    expect(ask(UEFI)?.options.get(OPTION.broadcastAddress)).toEqual(addressOption('192.0.2.255'))
  })

  test('gives firmware address and boot file in one answer', async () => {
    const reserve = new Map([[macOf(UEFI), '192.0.2.50']])
    const { ask } = await aDesk({ authoritative: true, unknown: 'discover', reserve })

    expect(ask(UEFI)).toMatchObject({ yourAddress: '192.0.2.50', bootFile: 'snponly.efi' })
  })

  test('gives an installed host its address and nothing to boot', async () => {
    const { ask } = await aDesk({ authoritative: true, hosts: [aBox(UEFI)] })

    expect(ask(UEFI)).toMatchObject({ yourAddress: '192.0.2.100', bootFile: '' })
  })

  test('gives hosts their addresses while strangers ask for all there are, their operating systems too', async () => {
    const { ask } = await aDesk({ authoritative: true, hosts: [aBox(UEFI)] })
    for (let stranger = 1; stranger < 20_000; stranger += 1) {
      const hardwareAddress = Uint8Array.of(2, 0, 0, 1, stranger >> 8, stranger & 255)
      ask({ ...laptop('discover', 0), hardwareAddress })
    }
    const { hardwareAddress } = UEFI

    const { yourAddress = '' } = ask({ ...laptop('discover', 0), hardwareAddress }) ?? {}
    expect(yourAddress).toMatch(/^192\.0\.2\.10[01]$/)
    const ack = ask({ ...laptop('request', 0, [requested(yourAddress)]), hardwareAddress })
    expect([ack && messageType(ack), ack?.yourAddress]).toEqual(['ack', yourAddress])
  })
})
