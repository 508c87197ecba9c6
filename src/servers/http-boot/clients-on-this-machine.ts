import type { Server, Socket } from 'node:net'
import { isLoopback } from '../../domain/plain-address.ts'
import type { CongestionControl } from '../../ports/congestion-control.ts'
import { descriptorOf } from '../../ports/descriptor.ts'

/** Always there and open to everybody, and it sends all that the other side has room for. */
const UNPACED = 'reno'
/** Send as fast as they may as well. */
const FINE = new Set([UNPACED, 'cubic'])

/**
 * Nothing between two processes of one machine can be congested. An algorithm that measures the path and spreads what it
 * sends over time, as BBR does, then measures how busy the processors are, and waits when it should not. A connection
 * that was paced once stays so: it has to be born without, and get the usual algorithm before its first byte when its
 * client is elsewhere. Does nothing where that is not needed, or not possible. The server has to be listening.
 */
export function sendFreelyOnThisMachine(server: Server, congestion: CongestionControl): void {
  const listener = descriptorOf(server)
  const usual = listener === undefined ? undefined : congestion.of(listener)
  if (listener === undefined || usual === undefined || FINE.has(usual)) return
  server.prependListener('connection', (socket: Socket) => {
    const connection = isOnThisMachine(socket) ? undefined : descriptorOf(socket)
    if (connection !== undefined) congestion.set(connection, usual)
  })
  congestion.set(listener, UNPACED)
}

function isOnThisMachine({ remoteAddress, localAddress }: Socket): boolean {
  return remoteAddress !== undefined && (remoteAddress === localAddress || isLoopback(remoteAddress))
}
