import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { parseUuid, uuidFromRandomBytes } from '../../domain/uuid.ts'
import {
  addressOption,
  decodeSubOptions,
  encodeSubOptions,
  machineIdentifierOption,
  messageType,
  messageTypeOption,
  readAddresses,
  readMachineIdentifier,
  readText,
  readUint16List,
  textOption,
  uint16List,
  uint32Option,
} from './options.ts'

const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'))
const typed = (...value: readonly number[]) => ({ options: new Map([[53, Uint8Array.from(value)]]) })

describe('the value of an option', () => {
  test('says what type a message is of', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((number) => messageType(typed(number)))).toEqual([
      'discover',
      'offer',
      'request',
      'decline',
      'ack',
      'nak',
      'release',
      'inform',
    ])
    expect([typed(0), typed(9), typed(1, 1), typed(), { options: new Map() }].map(messageType)).toEqual(
      new Array(5).fill(undefined),
    )
    expect([...messageTypeOption('ack')]).toEqual([5])
  })

  property.prop([fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))])(
    'is text',
    (text) => {
      expect(readText(textOption(text))).toBe(text)
    },
  )

  test('is text up to the zero that some append', () => {
    expect(readText(Uint8Array.of(0x68, 0x69, 0, 0x21))).toBe('hi')
    expect(readText(Uint8Array.of(0xff, 0x69))).toBe('\ufffdi')
  })

  property.prop([fc.array(address), fc.uint8Array({ maxLength: 3 })])(
    'is a list of addresses, and what is no whole one is left out',
    (addresses, rest) => {
      expect(readAddresses(Uint8Array.of(...addressOption(...addresses), ...rest))).toEqual(addresses)
    },
  )

  test('is no address that is not dotted', () => {
    let caught: unknown
    try {
      addressOption('10.0.0.1', '10.0.0')
    } catch (error) {
      caught = error
    }
    expect(isFailure(caught, 'packet.malformed')).toBe(true)
  })

  property.prop([fc.array(fc.nat(0xffff)), fc.uint8Array({ maxLength: 1 })])(
    'is a list of numbers',
    (numbers, rest) => {
      expect(readUint16List(Uint8Array.of(...uint16List(numbers), ...rest))).toEqual(numbers)
    },
  )

  test('is a time in seconds', () => {
    expect([...uint32Option(0xfffefdfc)]).toEqual([255, 254, 253, 252])
    expect([...uint32Option(3600)]).toEqual([0, 0, 14, 16])
  })
})

describe('options inside an option', () => {
  const forms = fc.constantFrom('padded' as const, 'plain' as const)
  const inner = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 255 })), { maxLength: 8 })
    .map((entries) => new Map(entries))

  property.prop([inner, forms])('survive encoding', (options, form) => {
    expect(decodeSubOptions(encodeSubOptions(options, form), form)).toEqual(options)
  })

  test('of a relay agent may have the codes 0 and 255, and no end', () => {
    const circuit = Uint8Array.of(0, 1, 7, 255, 1, 8)

    expect(decodeSubOptions(circuit, 'plain')).toEqual(
      new Map([
        [0, Uint8Array.of(7)],
        [255, Uint8Array.of(8)],
      ]),
    )
    expect(encodeSubOptions(new Map([[1, Uint8Array.of(7)]]), 'plain')).toEqual(Uint8Array.of(1, 1, 7))
  })

  test('of a vendor are padded and end', () => {
    const value = Uint8Array.of(0, 6, 1, 8, 0, 0, 10, 1, 5, 255, 1, 1, 9, 1, 1)

    expect([...decodeSubOptions(value, 'padded').keys()]).toEqual([6, 10])
    expect(encodeSubOptions(new Map([[6, Uint8Array.of(8)]]), 'padded')).toEqual(Uint8Array.of(6, 1, 8, 255))
  })

  test('count up to the broken one, and the first of each', () => {
    expect(decodeSubOptions(Uint8Array.of(6, 1, 8, 6, 1, 9, 10, 2, 1), 'padded')).toEqual(
      new Map([[6, Uint8Array.of(8)]]),
    )
  })

  test('are not longer than a byte can say', () => {
    expect(() => encodeSubOptions(new Map([[1, new Uint8Array(256)]]), 'plain')).toThrow(RangeError)
  })

  property.prop([fc.uint8Array({ maxLength: 600 }), forms])('are read from anything', (value, form) => {
    expect(decodeSubOptions(value, form)).toBeInstanceOf(Map)
  })
})

describe('the identifier of a machine', () => {
  test('has its first three fields little-endian', () => {
    const wire = Uint8Array.of(
      0,
      0x14,
      0x4f,
      0x2c,
      0x9f,
      0x1b,
      0x7a,
      0x3d,
      0x4c,
      0x8e,
      0x5f,
      1,
      35,
      69,
      103,
      137,
      171,
    )

    expect(readMachineIdentifier(wire)).toBe('9f2c4f14-7a1b-4c3d-8e5f-0123456789ab')
  })

  property.prop([fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidFromRandomBytes)])(
    'survives encoding',
    (uuid) => {
      expect(readMachineIdentifier(machineIdentifierOption(uuid))).toBe(uuid)
    },
  )

  test.each([
    ['of another type', [1, ...new Array(16).fill(5)]],
    ['cut short', [0, ...new Array(15).fill(5)]],
    ['of sixteen bytes without a type', new Array(16).fill(5)],
    ['of zeros', new Array(17).fill(0)],
    ['of ones', [0, ...new Array(16).fill(255)]],
  ])('%s is none', (_, value) => {
    expect(readMachineIdentifier(Uint8Array.from(value))).toBeUndefined()
  })

  test('is written as it is read', () => {
    const uuid = parseUuid('00112233-4455-6677-8899-aabbccddeeff')

    expect(uuid && [...machineIdentifierOption(uuid).subarray(0, 9)]).toEqual([
      0, 0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66,
    ])
  })
})
