import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Failure, isFailure } from '../../domain/failure.ts'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from './message.ts'

const DISCOVER: DhcpMessage = {
  op: 'request',
  hardwareType: 1,
  hops: 0,
  transactionId: 0xfedcba98,
  seconds: 4,
  broadcast: true,
  clientAddress: '0.0.0.0',
  yourAddress: '0.0.0.0',
  serverAddress: '0.0.0.0',
  relayAddress: '192.0.2.1',
  hardwareAddress: Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56),
  serverName: '',
  bootFile: '',
  options: new Map([[53, Uint8Array.of(1)]]),
}

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: length })
const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'))
const name = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength }).map((codes) => String.fromCharCode(...codes))
const code = fc.integer({ min: 1, max: 254 }).filter((number) => number !== 52)
const options = fc
  .array(fc.tuple(code, fc.oneof(bytesOf(20), bytesOf(20), bytesOf(600))), { maxLength: 12 })
  .map((entries) => new Map(entries))
const message: fc.Arbitrary<DhcpMessage> = fc.record({
  op: fc.constantFrom('request', 'reply'),
  hardwareType: fc.nat(255),
  hops: fc.nat(255),
  transactionId: fc.nat(0xffffffff),
  seconds: fc.nat(0xffff),
  broadcast: fc.boolean(),
  clientAddress: address,
  yourAddress: address,
  serverAddress: address,
  relayAddress: address,
  hardwareAddress: bytesOf(16),
  serverName: name(63),
  bootFile: name(127),
  options,
})

/** The message with the type first, as it is written. */
const asWritten = (given: DhcpMessage): DhcpMessage => ({
  ...given,
  options: new Map([
    ...[...given.options].filter(([number]) => number === 53),
    ...[...given.options].filter(([number]) => number !== 53),
  ]),
})

/** Options as a client could write them: cut anywhere. */
const parts = (entries: readonly (readonly [number, readonly number[]])[]): number[] =>
  entries.flatMap(([number, value]) => [number, value.length, ...value])

/** A message whose three fields hold these bytes. */
function handMade(fields: {
  options: readonly number[]
  file?: readonly number[]
  sname?: readonly number[]
}) {
  const bytes = new Uint8Array(240 + fields.options.length)
  bytes.set(encodeDhcp({ ...DISCOVER, options: new Map() }).subarray(0, 240))
  bytes.set(fields.sname ?? [], 44)
  bytes.set(fields.file ?? [], 108)
  bytes.set(fields.options, 240)
  return bytes
}

function refusal(act: () => unknown): Failure {
  try {
    act()
  } catch (error) {
    if (isFailure(error, 'packet.malformed')) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a DHCP message', () => {
  property.prop([message])('survives encoding, options of any length and their order included', (given) => {
    const read = decodeDhcp(encodeDhcp(given))

    expect(read).toEqual(given)
    expect([...read.options.keys()]).toEqual([...asWritten(given).options.keys()])
  })

  test('is written with the fields where RFC 2131 has them', () => {
    const bytes = encodeDhcp({ ...DISCOVER, bootFile: 'ipxe.efi', yourAddress: '10.1.2.3' })

    expect([...bytes.subarray(0, 36)]).toEqual([
      1, 1, 6, 0, 0xfe, 0xdc, 0xba, 0x98, 0, 4, 0x80, 0, 0, 0, 0, 0, 10, 1, 2, 3, 0, 0, 0, 0, 192, 0, 2, 1,
      0x52, 0x54, 0, 0x12, 0x34, 0x56, 0, 0,
    ])
    expect(new TextDecoder().decode(bytes.subarray(108, 117))).toBe('ipxe.efi\0')
    expect([...bytes.subarray(236, 245)]).toEqual([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255, 0])
    expect(bytes.length).toBe(300)
  })

  test('has its type first and none of the options that are the encoding itself', () => {
    const bytes = encodeDhcp({
      ...DISCOVER,
      options: new Map([
        [0, Uint8Array.of(1)],
        [60, Uint8Array.of(65)],
        [52, Uint8Array.of(3)],
        [255, Uint8Array.of(1)],
        [53, Uint8Array.of(2)],
      ]),
    })

    expect([...bytes.subarray(240, 248)]).toEqual([53, 1, 2, 60, 1, 65, 255, 0])
  })

  test('is written with a long option in parts of 255 bytes', () => {
    const bytes = encodeDhcp({ ...DISCOVER, options: new Map([[43, new Uint8Array(511).fill(7)]]) })

    expect([240, 497, 754].map((at) => [...bytes.subarray(at, at + 2)])).toEqual([
      [43, 255],
      [43, 255],
      [43, 1],
    ])
    expect(bytes[757]).toBe(255)
  })

  test('holds options in file and sname too, joined in the order options, file, sname', () => {
    const bytes = handMade({
      options: [
        ...parts([
          [52, [3]],
          [43, [1]],
          [60, [9]],
        ]),
        255,
      ],
      file: [
        ...parts([
          [43, [2]],
          [12, [8]],
        ]),
        255,
        43,
        1,
        99,
      ],
      sname: [
        0,
        0,
        ...parts([
          [43, [3]],
          [52, [1]],
        ]),
        255,
      ],
    })

    expect(decodeDhcp(bytes)).toMatchObject({ serverName: '', bootFile: '' })
    expect([...decodeDhcp(bytes).options].map(([number, value]) => [number, ...value])).toEqual([
      [43, 1, 2, 3],
      [60, 9],
      [12, 8],
    ])
  })

  test.each([
    [1, { serverName: 'boot', bootFile: '' }, [[12, 8]]],
    [2, { serverName: '', bootFile: '\x0c\x01\x08' }, [[12, 7]]],
  ])('of overload %i has the other field as text', (overload, texts, found) => {
    const bytes = handMade({
      options: parts([[52, [overload]]]),
      file: [12, 1, 8],
      sname: overload === 1 ? [...new TextEncoder().encode('boot')] : [12, 1, 7],
    })

    expect(decodeDhcp(bytes)).toMatchObject(texts)
    expect([...decodeDhcp(bytes).options].map(([number, value]) => [number, ...value])).toEqual(found)
  })

  property.prop([options, fc.infiniteStream(fc.integer({ min: 1, max: 255 }))])(
    'has an option whole however its sender cut it',
    (given, lengths) => {
      const cut = (number: number, value: readonly number[]): number[] => {
        const length = lengths.next().value
        const rest = value.slice(length)
        return [...parts([[number, value.slice(0, length)]]), ...(rest.length > 0 ? cut(number, rest) : [])]
      }
      const wire = [...given].flatMap(([number, value]) => cut(number, [...value]))
      fc.pre([...given.values()].reduce((sum, value) => sum + value.length, 0) < 250)

      expect(decodeDhcp(handMade({ options: wire })).options).toEqual(given)
    },
  )

  test('needs no end option, and nothing behind it counts', () => {
    expect([...decodeDhcp(handMade({ options: [53, 1, 1] })).options.keys()]).toEqual([53])
    expect([...decodeDhcp(handMade({ options: [53, 1, 1, 255, 60, 200] })).options.keys()]).toEqual([53])
  })

  test('keeps nothing of the buffer it was read from', () => {
    const bytes = Buffer.from([9, 9, ...encodeDhcp(DISCOVER)]).subarray(2)
    const read = decodeDhcp(bytes)
    bytes.fill(0)

    expect(read).toStrictEqual(DISCOVER)
  })
})

describe('what is no DHCP message is refused, with field and offset', () => {
  const whole = encodeDhcp(DISCOVER)
  const withByte = (at: number, value: number): Uint8Array =>
    whole.map((byte, index) => (index === at ? value : byte))

  test.each<[string, Uint8Array, string, number]>([
    ['nothing', new Uint8Array(0), 'message', 0],
    ['one cut before its options', whole.subarray(0, 239), 'message', 239],
    ['one larger than any frame', new Uint8Array(9001), 'message', 9000],
    ['plain BOOTP', withByte(236, 0), 'magic cookie', 236],
    ['neither request nor reply', withByte(0, 3), 'op', 0],
    ['a hardware address without room', withByte(2, 17), 'hlen', 2],
    ['an option that goes beyond the end', handMade({ options: [53, 1, 1, 60, 2, 65] }), 'option 60', 243],
    ['an option without length', handMade({ options: [53, 1, 1, 60] }), 'option 60', 243],
    ['overload by an unknown number', handMade({ options: [52, 1, 4] }), 'option 52', 240],
    ['overload by no field', handMade({ options: [52, 1, 0] }), 'option 52', 240],
    ['overload said twice', handMade({ options: [52, 1, 1, 52, 1, 2] }), 'option 52', 240],
    [
      'an option that leaves the field file',
      handMade({ options: [52, 1, 1], file: [60, 125, ...new Array(125).fill(65), 12] }),
      'option 12',
      108 + 127,
    ],
    ['256 options', handMade({ options: new Array(256).fill([12, 0]).flat() }), 'options', 240 + 2 * 255],
  ])('%s', (_, bytes, field, offset) => {
    const failure = refusal(() => decodeDhcp(bytes))

    expect(failure.details).toEqual({ field, offset })
    expect(failure.message).toContain(`${field} at byte ${offset}`)
  })

  test('255 options are read', () => {
    const bytes = handMade({ options: new Array(255).fill([12, 0]).flat() })

    expect([...decodeDhcp(bytes).options]).toEqual([[12, new Uint8Array(0)]])
  })

  test.each<[string, Partial<DhcpMessage>, string]>([
    ['a boot file that leaves no room for its end', { bootFile: 'x'.repeat(128) }, 'option 67'],
    ['a server name that leaves no room for its end', { serverName: 'x'.repeat(64) }, 'option 66'],
    ['a boot file of wide characters', { bootFile: 'ž' }, 'file'],
    ['a boot file with a zero inside', { bootFile: 'a\0b' }, 'file'],
    ['a long hardware address', { hardwareAddress: new Uint8Array(17) }, 'chaddr'],
    ['an address with a number too large', { relayAddress: '1.2.3.256' }, 'giaddr'],
    ['an address that is a name', { serverAddress: 'boot.example' }, 'siaddr'],
    ['an option that no byte can name', { options: new Map([[256, new Uint8Array(0)]]) }, 'options'],
    ['more than fits', { options: new Map([[43, new Uint8Array(9000)]]) }, 'message'],
  ])('nor is one written with %s', (_, change, word) => {
    expect(refusal(() => encodeDhcp({ ...DISCOVER, ...change })).message).toContain(word)
  })

  property.prop([fc.uint8Array({ maxLength: 700 }), fc.boolean()])(
    'random bytes, by nothing but a Failure',
    (random, headed) => {
      const bytes = headed ? handMade({ options: [...random] }) : random
      try {
        expect(decodeDhcp(bytes).options.size).toBeLessThanOrEqual(255)
      } catch (error) {
        expect(isFailure(error, 'packet.malformed'), String(error)).toBe(true)
      }
    },
  )
})
