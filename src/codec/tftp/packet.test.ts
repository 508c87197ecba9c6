import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { decodeTftp } from './decode-packet.ts'
import { encodeTftp, writeBlock } from './encode-packet.ts'
import type { TftpPacket } from './packet.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const word = fc.nat({ max: 0xffff })
const text = (maxLength: number, minLength = 0) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength, minLength })
    .map((codes) => String.fromCharCode(...codes))
const optionName = text(12, 1).map((name) => name.toLowerCase())
const options = fc.uniqueArray(fc.record({ name: optionName, value: text(12) }), {
  maxLength: 8,
  selector: ({ name }) => name.toLowerCase(),
})
const anyPacket: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    type: fc.constantFrom('read' as const, 'write' as const),
    name: text(80, 1),
    mode: fc.constantFrom('octet', 'netascii', 'mail', 'x'),
    options,
  }),
  fc.record({ type: fc.constant('data' as const), block: word, bytes: fc.uint8Array({ maxLength: 1500 }) }),
  fc.record({ type: fc.constant('acknowledgement' as const), block: word }),
  fc.record({ type: fc.constant('error' as const), code: word, message: text(256) }),
  fc.record({
    type: fc.constant('options' as const),
    options: fc.uniqueArray(fc.record({ name: optionName, value: text(12) }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ name }) => name.toLowerCase(),
    }),
  }),
)

function decodeOrRefuse(packet: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(packet)
  } catch (error) {
    if (isFailure(error, 'packet.malformed')) return undefined
    throw error
  }
}

describe('packets', () => {
  property.prop([anyPacket])('a packet survives encoding', (packet) => {
    const decoded = decodeTftp(encodeTftp(packet))

    expect(decoded).toEqual(packet)
  })

  property.prop([fc.uint8Array({ maxLength: 600 })])(
    'nothing but packet.malformed comes of any bytes',
    (packet) => {
      decodeOrRefuse(packet)
    },
  )

  property.prop([anyPacket, fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) })), fc.nat()])(
    'a packet that was damaged or cut is refused or read, never worse, and what was read can be sent',
    (packet, damage, cut) => {
      const wire = encodeTftp(packet)
      for (const { at, byte } of damage) wire[at % wire.length] = byte
      const read = decodeOrRefuse(wire.subarray(0, cut % (wire.length + 1)))

      if (read) expect(decodeOrRefuse(encodeTftp(read))?.type ?? read.type).toBe(read.type)
    },
  )

  property.prop([word, fc.uint8Array()])(
    'an acknowledgement is read whatever padding follows it',
    (block, padding) => {
      const wire = Uint8Array.from([...encodeTftp({ type: 'acknowledgement', block }), ...padding])

      expect(decodeTftp(wire)).toEqual({ type: 'acknowledgement', block })
    },
  )

  test('the request of OVMF is read', () => {
    const wire = ascii('\0\u0001ipxe.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0')

    expect(decodeTftp(wire)).toEqual({
      type: 'read',
      name: 'ipxe.efi',
      mode: 'octet',
      options: [
        { name: 'tsize', value: '0' },
        { name: 'blksize', value: '1468' },
        { name: 'windowsize', value: '4' },
      ],
    })
  })

  test('options are read in any case, the first of two counts, and padding is none', () => {
    const wire = ascii('\0\u0001a\0OCTET\0BlkSize\x00512\0blksize\x008\0\0\0\0junk')

    expect(decodeTftp(wire)).toMatchObject({ mode: 'octet', options: [{ name: 'blksize', value: '512' }] })
  })

  test('a name keeps every byte of it', () => {
    expect(decodeTftp(ascii('\0\u0001undionly.kpxe\xff\0octet\0'))).toMatchObject({
      name: 'undionly.kpxe\xff',
    })
  })

  test.each([
    ['nothing', '', 'shorter'],
    ['a request without its mode', '00 01 61 00', 'without a mode'],
    ['a request with an empty name', '00 01 00 00', 'without a file name'],
    ['a name that ends twice', '00 01 61 00 00 6f 00', 'without a mode'],
    ['a name that does not end', '00 01 61 62 63 64', 'without a file name'],
    ['an opcode too high', '00 07 00 00', 'unknown kind'],
    ['an opcode of two bytes', '01 04 00 00', 'unknown kind'],
    ['a long request', `00 01 61 00 ${'62'.repeat(600)} 00`, 'longer than 512'],
    ['a block too large', `00 03 00 01 ${'00'.repeat(65_465)}`, 'longer than any'],
  ])('%s is refused', (_what, hex, reason) => {
    expect(() => decodeTftp(bytes(hex))).toThrow(reason)
  })

  test('a block written where another one was leaves nothing of that', () => {
    const packet = encodeTftp({ type: 'data', block: 0xabcd, bytes: bytes('01 02') })

    writeBlock(packet, 7, bytes('03 04'))

    expect(packet).toEqual(encodeTftp({ type: 'data', block: 7, bytes: bytes('03 04') }))
    expect(packet).toEqual(bytes('00 03 00 07 03 04'))
  })

  test('a long message is cut, and what is no byte becomes a question mark', () => {
    const decoded = decodeTftp(encodeTftp({ type: 'error', code: 0, message: `\0…${'x'.repeat(1000)}` }))

    expect(decoded).toEqual({ type: 'error', code: 0, message: `??${'x'.repeat(254)}` })
  })
})
