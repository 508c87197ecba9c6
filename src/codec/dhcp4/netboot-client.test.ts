import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { DhcpMessage } from './message.ts'
import { readNetbootClient } from './netboot-client.ts'
import { textOption, uint16List } from './options.ts'

const ask = (
  options: readonly (readonly [number, Uint8Array])[],
  change: Partial<DhcpMessage> = {},
): DhcpMessage => ({
  op: 'request',
  hardwareType: 1,
  hops: 0,
  transactionId: 1,
  seconds: 0,
  broadcast: true,
  clientAddress: '0.0.0.0',
  yourAddress: '0.0.0.0',
  serverAddress: '0.0.0.0',
  relayAddress: '0.0.0.0',
  hardwareAddress: Uint8Array.of(0x52, 0x54, 0, 0xab, 0xcd, 1),
  serverName: '',
  bootFile: '',
  options: new Map(options),
  ...change,
})
const PXE = [60, textOption('PXEClient:Arch:00007:UNDI:003000')] as const

describe('a netboot client', () => {
  test('is who calls itself PXE or HTTP client, or carries the marks of iPXE', () => {
    const kinds = [
      [PXE],
      [[60, textOption('HTTPClient:Arch:00016:UNDI:003000')] as const],
      [[77, textOption('iPXE')] as const],
      [PXE, [77, textOption('\x04iPXE')] as const],
      [PXE, [175, Uint8Array.of()] as const],
      [[60, textOption('MSFT 5.0')] as const],
      [[77, textOption('iPXE 2')] as const],
      [],
    ].map((options) => readNetbootClient(ask(options))?.kind)

    expect(kinds).toEqual(['pxe', 'http', 'ipxe', 'ipxe', 'ipxe', undefined, undefined, undefined])
  })

  test('is neither a reply nor anyone without a MAC address of six bytes', () => {
    expect(readNetbootClient(ask([PXE], { op: 'reply' }))).toBeUndefined()
    expect(readNetbootClient(ask([PXE], { hardwareAddress: new Uint8Array(0) }))).toBeUndefined()
    expect(readNetbootClient(ask([PXE], { hardwareAddress: new Uint8Array(8) }))).toBeUndefined()
  })

  test('says its architectures in order, of which the first that is registered counts', () => {
    const client = readNetbootClient(ask([PXE, [93, uint16List([999, 11, 7])]]))

    expect(client?.architectureCodes).toEqual([999, 11, 7])
    expect(client?.architecture?.name).toBe('ARM 64-bit UEFI')
  })

  test('says at most sixteen of them', () => {
    expect(readNetbootClient(ask([PXE, [93, uint16List(new Array(20).fill(7))]]))?.architectureCodes).toEqual(
      new Array(16).fill(7),
    )
  })

  test.each([
    ['PXEClient:Arch:00009:UNDI:003000', [9], 'x64-uefi'],
    ['HTTPClient:Arch:00019', [19], 'arm64-uefi'],
    ['PXEClient:Arch:00999:UNDI:003000', [999], undefined],
    ['PXEClient:Arch:99999', [], undefined],
    ['PXEClient:Arch:000071', [], undefined],
    ['PXEClient', [], undefined],
  ])('without option 93 is of the architecture in %s', (vendorClass, codes, architecture) => {
    const client = readNetbootClient(ask([[60, textOption(vendorClass)]]))

    expect(client?.architectureCodes).toEqual(codes)
    expect(client?.architecture?.architecture).toBe(architecture)
    expect(client && 'architecture' in client).toBe(architecture !== undefined)
  })

  test.each<[string, readonly number[], readonly string[]]>([
    ['bare bytes', [0x69, 0x50, 0x58, 0x45], ['iPXE']],
    ['a list', [1, 0x61, 2, 0x62, 0x63], ['a', 'bc']],
    ['a list that breaks off', [1, 0x61, 9, 0x62], ['.a.b']],
    ['a list with an empty class', [1, 0x61, 0, 1, 0x62], ['.a']],
    ['nothing', [], []],
    ['control characters', [0x61, 0x1b, 0x5b, 0xff], ['a.[.']],
    ['more classes than anybody has', new Array(20).fill([1, 0x61]).flat(), new Array(16).fill('a')],
  ])('has its user class from %s', (_, value, userClass) => {
    expect(readNetbootClient(ask([PXE, [77, Uint8Array.from(value)]]))?.userClass).toEqual(userClass)
  })

  test('tells which build of iPXE it is and what was built in', () => {
    const inside = Uint8Array.of(177, 2, 1, 2, 235, 3, 2, 0, 1, 19, 1, 1, 20, 1, 0, 38, 1, 1, 130, 1, 1)

    expect(readNetbootClient(ask([PXE, [175, inside]]))?.ipxe).toEqual({
      version: '2.0.1',
      features: [19, 38],
    })
    expect(readNetbootClient(ask([[77, textOption('iPXE')]]))?.ipxe).toEqual({ features: [] })
    expect(readNetbootClient(ask([PXE]))).not.toHaveProperty('ipxe')
  })

  test('has nothing of what it sends broken', () => {
    const broken = [93, 94, 97].map((code) => [code, Uint8Array.of(1)] as const)

    expect(readNetbootClient(ask([PXE, ...broken]))).toEqual({
      mac: '52:54:00:ab:cd:01',
      kind: 'pxe',
      architectureCodes: [7],
      architecture: expect.objectContaining({ code: 7 }),
      vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
      userClass: [],
    })
  })

  property.prop([
    fc
      .array(fc.tuple(fc.constantFrom(43, 60, 77, 93, 94, 97, 175), fc.uint8Array({ maxLength: 1500 })))
      .map((entries) => new Map(entries)),
    fc.constantFrom('PXEClient', 'HTTPClient', 'PXEClient:Arch:'),
  ])('of any content is bounded and can be shown in a terminal', (options, beginning) => {
    const vendorClass = Uint8Array.of(...textOption(beginning), ...(options.get(60) ?? []))
    const client = readNetbootClient(ask([...options, [60, vendorClass]]))

    expect(client?.vendorClass).toMatch(/^[ -~]{9,64}$/)
    expect(client?.userClass.length).toBeLessThanOrEqual(16)
    for (const name of client?.userClass ?? []) expect(name).toMatch(/^[ -~]{0,64}$/)
    expect(client?.architectureCodes.length).toBeLessThanOrEqual(16)
    expect(client?.ipxe?.features.length ?? 0).toBeLessThanOrEqual(112)
  })
})
