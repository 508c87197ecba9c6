import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { encodeMagicPacket, WAKE_PORT } from '../../codec/wake-on-lan/magic-packet.ts'
import { Failure } from '../../domain/failure.ts'
import { broadcastAddress, type Ipv4Network } from '../../domain/netboot/ipv4.ts'
import type { Waker } from '../../ports/waker.ts'

/** Packets may be lost, and a second one does no harm. */
const TIMES = 3

/** Calls cards by broadcast on each network; switches between networks would need directed broadcasts allowed. */
export function createUdpWaker({
  networks = ownNetworks,
  port = WAKE_PORT,
}: {
  readonly networks?: () => readonly Ipv4Network[]
  readonly port?: number
} = {}): Waker {
  return {
    async wake(mac, signal) {
      const packet = encodeMagicPacket(mac)
      const called: string[] = []
      const refused: string[] = []
      for (const network of networks()) {
        signal.throwIfAborted()
        try {
          called.push(await broadcast(packet, network, port))
        } catch (error) {
          refused.push(`${network.address}: ${(error as Error).message}`)
        }
      }
      if (called.length > 0) return called
      const why = refused.length > 0 ? refused.join('; ') : 'this machine has no IPv4 network'
      throw new Failure('wake.unsent', `no network took the packet that wakes ${mac}: ${why}`)
    },
  }
}

/** Resolves to the broadcast address. */
async function broadcast(packet: Uint8Array, network: Ipv4Network, port: number): Promise<string> {
  const target = broadcastAddress(network)
  const socket = createSocket('udp4')
  try {
    const bound = once(socket, 'listening')
    socket.bind({ address: network.address, port: 0, exclusive: true })
    await bound
    socket.setBroadcast(true)
    for (let time = 0; time < TIMES; time += 1) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      socket.send(packet, port, target, (error) => (error ? reject(error) : resolve()))
      await promise
    }
    return target
  } finally {
    socket.close()
  }
}

function ownNetworks(): readonly Ipv4Network[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
}
