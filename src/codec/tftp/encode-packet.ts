import { MAX_MESSAGE_BYTES, OPCODES, type TftpOption, type TftpPacket } from './packet.ts'

/** A packet as the bytes of a datagram (RFC 1350 §5, RFC 2347). */
export function encodeTftp(packet: TftpPacket): Uint8Array {
  switch (packet.type) {
    case 'read':
    case 'write':
      return encodeStrings(OPCODES[packet.type], [packet.name, packet.mode, ...flatten(packet.options)])
    case 'options':
      return encodeStrings(OPCODES.options, flatten(packet.options))
    case 'data': {
      const bytes = new Uint8Array(DATA_HEADER_BYTES + packet.bytes.length)
      writeBlock(bytes, packet.block, packet.bytes)
      return bytes
    }
    case 'acknowledgement':
      return words(OPCODES.acknowledgement, packet.block)
    case 'error': {
      const text = bytesOf(packet.message.slice(0, MAX_MESSAGE_BYTES))
      return Uint8Array.from([...words(OPCODES.error, packet.code), ...text, 0])
    }
  }
}

/** What stands before the bytes of a block. */
export const DATA_HEADER_BYTES = 4

/** Makes `packet`, which has just the length for it, the packet of a block; so the memory of one before can be used again. */
export function writeBlock(packet: Uint8Array, block: number, bytes: Uint8Array): void {
  packet[0] = 0
  packet[1] = OPCODES.data
  packet[2] = (block >> 8) & 0xff
  packet[3] = block & 0xff
  packet.set(bytes, DATA_HEADER_BYTES)
}

function encodeStrings(opcode: number, strings: readonly string[]): Uint8Array {
  return Uint8Array.from([0, opcode, ...strings.flatMap((text) => [...bytesOf(text), 0])])
}

function flatten(options: readonly TftpOption[]): string[] {
  return options.flatMap(({ name, value }) => [name, value])
}

/** A byte for each character. One that has none, or is the zero that ends a string, becomes `?`. */
function bytesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => {
    const code = text.charCodeAt(at)
    return code === 0 || code > 0xff ? 0x3f : code
  })
}

function words(first: number, second: number): Uint8Array {
  return Uint8Array.of(first >> 8, first & 0xff, (second >> 8) & 0xff, second & 0xff)
}
