import { createSocket } from 'node:dgram'
import { type AddressInfo, isIPv6 } from 'node:net'
import { dataHeader, encodeTftp } from '../../codec/tftp/encode-packet.ts'
import type { TftpPacket } from '../../codec/tftp/packet.ts'

export interface Peer {
  readonly address: string
  readonly port: number
}

/** A UDP socket that speaks TFTP. */
export interface Endpoint {
  /** Hands the packet to the system. What the network refuses is lost, as any packet may be. */
  send(packet: TftpPacket, to: Peer): void
  close(): void
}

interface EndpointOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  hear(bytes: Uint8Array, from: Peer): void
  /** The socket failed after it was bound. */
  fail(error: Error): void
}

/** Acknowledgements of hundreds of clients at once have to lie somewhere until they are read. The system may give less. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024

/** `bound` has the address, or the reason why there is none. Packets may be sent before. */
export function openEndpoint(options: EndpointOptions): {
  readonly endpoint: Endpoint
  readonly bound: Promise<AddressInfo>
} {
  const { host, port, hear, fail } = options
  const family = isIPv6(host) ? 6 : 4
  const socket = createSocket({
    type: `udp${family}`,
    ipv6Only: family === 6,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // All addresses are literal; the usual look-up would cost a turn of the event loop for every packet.
    lookup: (address, _options, callback) => callback(null, address, family),
  })
  const { promise: bound, resolve, reject } = Promise.withResolvers<AddressInfo>()
  let isBound = false
  let isClosed = false
  socket.on('listening', () => {
    isBound = true
    resolve(socket.address())
  })
  socket.on('error', (error) => {
    if (isBound) fail(error)
    else reject(error)
  })
  socket.on('message', hear)
  socket.bind({ address: host, port, exclusive: true })
  return {
    bound,
    endpoint: {
      send(packet, to) {
        if (isClosed) return
        // A block is sent from where the file lies; nothing of it is copied.
        const parts = packet.type === 'data' ? [headerOf(packet.block), packet.bytes] : [encodeTftp(packet)]
        socket.send(parts, to.port, to.address)
      },
      close() {
        if (isClosed) return
        isClosed = true
        socket.close()
      },
    },
  }
}

/** The headers of all block numbers one after the other, so that sending makes none. */
const HEADER_BYTES = 4
const headers = new Uint8Array(0x10000 * HEADER_BYTES)
for (let block = 0; block < 0x10000; block += 1) headers.set(dataHeader(block), block * HEADER_BYTES)

function headerOf(block: number): Uint8Array {
  return headers.subarray(block * HEADER_BYTES, (block + 1) * HEADER_BYTES)
}
