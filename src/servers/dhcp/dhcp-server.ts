import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from '../../codec/dhcp4/message.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'
import type { DhcpPort, NetbootDesk } from '../../services/netboot/netboot-desk.ts'

/** RFC 2131 §4.1, PXE 2.1 §2.2.3. */
export const DHCP_PORTS: Readonly<Record<DhcpPort, number>> = { dhcp: 67, pxe: 4011 }
const CLIENT_PORT = 68
const EVERYBODY = '255.255.255.255'
const NOBODY = '0.0.0.0'

export interface DhcpServerOptions {
  readonly desk: NetbootDesk
  readonly log: Log
  /** IPv4 addresses of this machine, one for each network on which it answers. */
  readonly addresses: readonly string[]
  readonly port: DhcpPort
  /** Other numbers than the standard's, for tests. */
  readonly ports?: { readonly server: number; readonly client: number }
  /** Who holds a UDP port, for people. */
  readonly describePortHolder?: (port: number) => Promise<string | undefined>
}

export interface DhcpServer extends AsyncDisposable {
  readonly port: number
  /** Who listened on the port before and lets others do so too; what is sent to our addresses reaches us only then. */
  readonly sharedWith?: string
}

/**
 * Listens for DHCP on one port and answers by every address. Nothing in Node tells on which network a broadcast came in, so an
 * answer to a broadcast goes out on each of ours, each with the address it can be reached by there; a client sees the one
 * on its own. Failure `port.in-use`, `address.unknown`, `usage.invalid` without the right to the port.
 */
export async function openDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { desk, log, addresses } = options
  const port = options.ports?.server ?? DHCP_PORTS[options.port]
  const clientPort = options.ports?.client ?? CLIENT_PORT
  await using opened = new AsyncDisposableStack()
  const byAddress = new Map<string, Socket>()
  const sharedWith = await holderThatShares(port, options)
  const everybody = await open(NOBODY)
  for (const address of addresses) byAddress.set(address, await open(address))

  async function open(address: string): Promise<Socket> {
    // The sockets of the single addresses stand beside the one for broadcasts, on the same port.
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    opened.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())))
    try {
      socket.bind({ address, port, exclusive: true })
      await once(socket, 'listening')
    } catch (error) {
      throw await describeBindError(error, options, address, port)
    }
    socket.setBroadcast(true)
    socket.on('error', (error) => log.warn({ err: error, address, port }, 'a DHCP socket failed'))
    socket.on('message', (bytes, from) => receive(bytes, from, address))
    return socket
  }

  function receive(bytes: Uint8Array, from: RemoteInfo, at: string): void {
    try {
      const message = decodeDhcp(bytes)
      const answer = desk.consider(message, options.port, addresses)
      if (!answer) return
      // What came to one of our addresses is answered from there.
      for (const address of at === NOBODY ? addresses : [at]) {
        const reply = answer(address)
        if (reply) send(reply, message, from, address)
      }
    } catch (error) {
      if (isFailure(error, 'packet.malformed'))
        log.debug({ err: error, from: from.address }, 'no DHCP message')
      else log.error({ err: error, from: from.address }, 'a DHCP message could not be answered')
    }
  }

  function send(reply: DhcpMessage, question: DhcpMessage, from: RemoteInfo, address: string): void {
    const target = targetOf(reply, question, from)
    byAddress.get(address)?.send(encodeDhcp(reply), target.port, target.address, (error) => {
      if (error) log.warn({ err: error, address, to: target.address }, 'a DHCP answer could not be sent')
    })
  }

  /** RFC 2131 §4.1; without a raw socket a client that has no address yet can only be reached by broadcast. */
  function targetOf(reply: DhcpMessage, question: DhcpMessage, from: RemoteInfo) {
    if (question.relayAddress !== NOBODY) return { address: question.relayAddress, port }
    if (options.port === 'pxe' && from.address !== NOBODY) return { address: from.address, port: from.port }
    if (reply.clientAddress !== NOBODY) return { address: reply.clientAddress, port: clientPort }
    return { address: EVERYBODY, port: clientPort }
  }

  const kept = opened.move()
  log.info({ addresses, port: everybody.address().port }, 'DHCP server listens')
  return {
    port: everybody.address().port,
    ...(sharedWith === undefined ? {} : { sharedWith }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/**
 * Whoever holds a port with SO_REUSEADDR, as dnsmasq does with `bind-interfaces` and `bind-dynamic` (libvirt), keeps nobody
 * from it who sets that too. It shows only to a socket that does not.
 */
async function holderThatShares(
  port: number,
  { describePortHolder }: DhcpServerOptions,
): Promise<string | undefined> {
  if (port === 0) return undefined
  const socket = createSocket('udp4')
  try {
    socket.bind({ address: NOBODY, port, exclusive: true })
    await once(socket, 'listening')
    return undefined
  } catch (error) {
    // Anything else will show when the port is opened.
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return undefined
    return (await describePortHolder?.(port)) ?? 'another program'
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()))
  }
}

async function describeBindError(
  error: unknown,
  { port: kind, describePortHolder }: DhcpServerOptions,
  address: string,
  port: number,
): Promise<unknown> {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const holder = await describePortHolder?.(port)
      const remedy =
        kind === 'dhcp'
          ? 'where that is the DHCP server of the site, let it name this machine (option 60 PXEClient) and use --dhcp pxe-only'
          : 'stop that, or use --dhcp off'
      const who = holder ? ` by ${holder}` : ''
      return new Failure(
        'port.in-use',
        `UDP port ${port} is in use${who}: ${remedy}`,
        { port, holder },
        error,
      )
    }
    case 'EADDRNOTAVAIL':
      return new Failure('address.unknown', `this machine has no address ${address}`, { address }, error)
    case 'EACCES':
      return new Failure(
        'usage.invalid',
        `UDP port ${port} may not be used by this user: run as root, with CAP_NET_BIND_SERVICE, or by the systemd unit`,
        { port },
        error,
      )
    default:
      return error
  }
}
