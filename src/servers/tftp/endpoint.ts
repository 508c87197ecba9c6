import { createSocket } from 'node:dgram'
import { type AddressInfo, isIPv6 } from 'node:net'
import { DATA_HEADER_BYTES, encodeTftp, writeBlock } from '../../codec/tftp/encode-packet.ts'
import type { TftpBlock, TftpPacket } from '../../codec/tftp/packet.ts'
import type { DatagramCalls } from '../../ports/datagram-calls.ts'
import { datagramHandleOf } from '../../ports/descriptor.ts'
import { createDirectDatagrams } from './direct-datagrams.ts'
import { createPeer, type Peer } from './peer.ts'

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
  /** The bytes are good until it returns. */
  hear(bytes: Uint8Array, from: Peer): void
  /** The socket failed after it was bound. */
  fail(error: Error): void
  /** With it datagrams over IPv4 take a shorter way. */
  readonly datagrams?: DatagramCalls | undefined
}

/** Acknowledgements of hundreds of clients at once have to lie somewhere until they are read. The system may give less. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024

/** `bound` has the address, or the reason why there is none. Packets may be sent before. */
export function openEndpoint(options: EndpointOptions): {
  readonly endpoint: Endpoint
  readonly bound: Promise<AddressInfo>
} {
  const { host, port, hear, fail, datagrams } = options
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
  const direct =
    datagrams && family === 4
      ? createDirectDatagrams({
          calls: datagrams,
          handle: datagramHandleOf(socket),
          hear,
          sendOtherwise: sendByNode,
        })
      : undefined
  socket.on('message', (bytes, { address, port }) => {
    const from = createPeer(address, port)
    if (direct) direct.round(() => hear(bytes, from))
    else hear(bytes, from)
  })
  socket.bind({ address: host, port, exclusive: true })

  /** Whether something may wait for the system still: asked only after something was given to Node.js, as each packet counts. */
  let mayQueue = false
  function isQueueing(): boolean {
    if (mayQueue) mayQueue = !isBound || socket.getSendQueueCount() > 0
    return mayQueue
  }
  function sendByNode(bytes: Uint8Array, to: Peer): void {
    mayQueue = true
    socket.send(bytes, to.port, to.address)
  }

  /** The packet of the last block, and of the next one when it is as long: nearly all of a transfer are. */
  let kept = new Uint8Array(0)
  function packetOf({ block, bytes }: TftpBlock): Uint8Array {
    const length = DATA_HEADER_BYTES + bytes.length
    // Usually the system has a packet when `send` returns; one that has to wait is still to be read from there.
    const mayWait = !isBound || isQueueing()
    if (mayWait || kept.length !== length) kept = new Uint8Array(length)
    writeBlock(kept, block, bytes)
    return kept
  }

  return {
    bound,
    endpoint: {
      send(packet, to) {
        if (isClosed) return
        // What waits for the system goes before.
        if (!isQueueing() && direct?.send(packet, to)) return
        sendByNode(packet.type === 'data' ? packetOf(packet) : encodeTftp(packet), to)
      },
      close() {
        if (isClosed) return
        direct?.close()
        isClosed = true
        socket.close()
      },
    },
  }
}
