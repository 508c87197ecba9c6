import type { DatagramCalls, HearDatagram } from '../../ports/datagram-calls.ts'
import { loadCLibrary } from './c-library.ts'

/** socket(2), recv(2). */
const AF_INET = 2
const MSG_DONTWAIT = 0x40
/** In one call at most. */
const DATAGRAMS = 32
/** Of one: more than fits into a packet of an Ethernet. A longer one that arrives is cut off. */
const MAX_BYTES = 2048

/** Sizes and places in bytes of the C structures, the same on all 64-bit systems of Linux (recvmmsg(2), ip(7)). */
const MESSAGE = { bytes: 64, name: 0, nameLength: 8, vector: 16, vectorLength: 24, length: 56 } as const
const VECTOR = { bytes: 16, base: 0, length: 8 } as const
const ADDRESS = { bytes: 16, family: 0, port: 2, address: 4 } as const
/** Each begins in another line of the processor's cache, which with a power of two would be the same few. */
const DATAGRAM_BYTES = MAX_BYTES + 64
const SLOT_BYTES = MESSAGE.bytes + VECTOR.bytes + ADDRESS.bytes + DATAGRAM_BYTES

type MessagesCall = (socket: number, messages: Uint8Array, count: number, flags: number) => number

/** `undefined` where the system has no such calls. */
export async function loadDatagramCalls(): Promise<DatagramCalls | undefined> {
  const loaded = await loadCLibrary()
  if (!loaded) return undefined
  const { koffi, library } = loaded
  const receive = library.func(
    'int recvmmsg(int socket, void *messages, uint32_t count, int flags, void *timeout)',
  )
  const send: MessagesCall = library.func(
    'int sendmmsg(int socket, void *messages, uint32_t count, int flags)',
  )
  const incoming = createSlots(koffi.address)
  const outgoing = createSlots(koffi.address)
  let added = 0

  return {
    receive(socket, hear) {
      const count = receive(socket, incoming.messages, DATAGRAMS, MSG_DONTWAIT, null)
      for (let at = 0; at < count; at += 1) incoming.tell(at, incoming.receivedBytes(at), hear)
      return Math.max(0, count)
    },
    add(lengthBytes, address, port) {
      if (added === DATAGRAMS || lengthBytes > MAX_BYTES) return undefined
      const bytes = outgoing.address(added, lengthBytes, address, port)
      added += 1
      return bytes
    },
    flush(socket, unsent) {
      if (added === 0) return
      const sent = Math.max(0, send(socket, outgoing.messages, added, MSG_DONTWAIT))
      const count = added
      added = 0
      for (let at = sent; at < count; at += 1) outgoing.tell(at, outgoing.addressedBytes(at), unsent)
    },
  }
}

/** Messages with all they point to, in one piece of memory that never moves. */
function createSlots(addressOf: (memory: ArrayBuffer) => bigint) {
  const memory = new ArrayBuffer(DATAGRAMS * SLOT_BYTES)
  const view = new DataView(memory)
  const base = addressOf(memory)
  const vectorAt = (at: number): number => DATAGRAMS * MESSAGE.bytes + at * VECTOR.bytes
  const addressAt = (at: number): number => vectorAt(DATAGRAMS) + at * ADDRESS.bytes
  const bytesAt = (at: number): number => addressAt(DATAGRAMS) + at * DATAGRAM_BYTES
  const point = (from: number, to: number): void => view.setBigUint64(from, base + BigInt(to), true)

  for (let at = 0; at < DATAGRAMS; at += 1) {
    const message = at * MESSAGE.bytes
    point(message + MESSAGE.name, addressAt(at))
    view.setUint32(message + MESSAGE.nameLength, ADDRESS.bytes, true)
    point(message + MESSAGE.vector, vectorAt(at))
    view.setBigUint64(message + MESSAGE.vectorLength, 1n, true)
    point(vectorAt(at) + VECTOR.base, bytesAt(at))
    view.setBigUint64(vectorAt(at) + VECTOR.length, BigInt(MAX_BYTES), true)
    view.setUint16(addressAt(at) + ADDRESS.family, AF_INET, true)
  }

  /** Those of the datagrams before in the same slots: most are as long as these, and each takes a moment to make. */
  const views = Array.from({ length: DATAGRAMS }, () => new Uint8Array(memory, 0, 0))
  const bytesOf = (at: number, lengthBytes: number): Uint8Array => {
    const kept = views[at]
    if (kept?.length === lengthBytes) return kept
    const made = new Uint8Array(memory, bytesAt(at), lengthBytes)
    views[at] = made
    return made
  }

  return {
    messages: new Uint8Array(memory),
    receivedBytes: (at: number): number => view.getUint32(at * MESSAGE.bytes + MESSAGE.length, true),
    addressedBytes: (at: number): number => view.getUint32(vectorAt(at) + VECTOR.length, true),
    tell(at: number, lengthBytes: number, hear: HearDatagram): void {
      const [address, port] = [addressAt(at) + ADDRESS.address, addressAt(at) + ADDRESS.port]
      hear(bytesOf(at, lengthBytes), view.getUint32(address), view.getUint16(port))
    },
    address(at: number, lengthBytes: number, address: number, port: number): Uint8Array {
      // The upper half stays zero.
      view.setUint32(vectorAt(at) + VECTOR.length, lengthBytes, true)
      view.setUint32(addressAt(at) + ADDRESS.address, address)
      view.setUint16(addressAt(at) + ADDRESS.port, port)
      return bytesOf(at, lengthBytes)
    },
  }
}
