import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decodeTftp } from '../../src/codec/tftp/decode-packet.ts'
import { encodeTftp } from '../../src/codec/tftp/encode-packet.ts'
import type { TftpPacket } from '../../src/codec/tftp/packet.ts'

/** A UDP socket on loopback that speaks TFTP packet by packet. */
export interface UdpClient extends Disposable {
  readonly port: number
  send(packet: TftpPacket | Uint8Array, port: number, host?: string): void
  /** The next packet that came, and from which port. */
  receive(): Promise<{ readonly packet: TftpPacket; readonly port: number }>
  /** Packets that came and were not received yet. */
  readonly waiting: number
}

export async function openUdpClient(address = '127.0.0.1'): Promise<UdpClient> {
  const socket = createSocket('udp4')
  const inbox: { packet: TftpPacket; port: number }[] = []
  let wake = (): void => undefined
  socket.on('message', (bytes, { port }) => {
    inbox.push({ packet: decodeTftp(bytes), port })
    wake()
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    send: (packet, port, host = '127.0.0.1') => {
      socket.send(packet instanceof Uint8Array ? packet : encodeTftp(packet), port, host)
    },
    async receive() {
      for (;;) {
        const first = inbox.shift()
        if (first) return first
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    get waiting() {
      return inbox.length
    },
    [Symbol.dispose]: () => {
      socket.close()
    },
  }
}
