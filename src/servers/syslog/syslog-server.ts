import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type Arrived, createLineJoiner } from '../../codec/syslog/join-lines.ts'
import { parseSyslog } from '../../codec/syslog/parse-syslog.ts'
import type { SyslogMessage } from '../../codec/syslog/syslog-message.ts'
import { Failure } from '../../domain/failure.ts'
import { plainAddress } from '../../domain/plain-address.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { createGate } from './gate.ts'
import { DEFAULT_SYSLOG_LIMITS, type SyslogLimits } from './limits.ts'

export interface SyslogServerOptions {
  /** Address to listen on, `0.0.0.0` or `::` for all. */
  readonly host: string
  /** 0 takes any free port; 514 is where iPXE sends to. */
  readonly port: number
  /** Told of every message. Must neither throw nor wait. */
  readonly receive: (message: SyslogMessage, from: { readonly address: string }) => void
  readonly clock: Clock
  readonly log: Log
  /** Who has a UDP port of this machine, where that can be found out. */
  readonly describeHolder?: (port: number) => Promise<string | undefined>
  readonly limits?: Partial<SyslogLimits>
}

/** A syslog server that listens. Disposing stops it; what is half there by then is told as far as it came. */
export interface SyslogServer extends AsyncDisposable {
  readonly address: string
  readonly port: number
}

/** How long pieces of a line are waited for at most, beside the time `LineJoiner` gives them. */
const LOOK_EVERY_MS = 1000
/** A kernel that starts must not overrun us while something else runs; the system may allow less. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024

/**
 * Receives syslog over UDP (RFC 5426, RFC 3164) and what netconsole sends. Failure `port.in-use` with who holds the
 * port where that can be found out, `address.unknown` when there is no such address on this machine, `usage.invalid`
 * without the right to the port.
 */
export async function openSyslogServer(options: SyslogServerOptions): Promise<SyslogServer> {
  const { host, port, receive, clock, log } = options
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' })
  const gate = createGate({ ...DEFAULT_SYSLOG_LIMITS, ...options.limits }, clock, log)
  const joiner = createLineJoiner()

  function tell(arrived: readonly Arrived[]): void {
    for (const { message, address } of arrived) {
      try {
        receive(message, { address })
      } catch (error) {
        log.error({ err: error }, 'a syslog message could not be taken')
      }
    }
  }

  socket.on('message', (datagram, { address: source }) => {
    const address = plainAddress(source)
    if (!gate.letIn(address, datagram.length)) return
    tell(joiner.add({ address, message: parseSyslog(datagram) }, clock.now()))
  })
  await listen(socket, options)
  socket.on('error', (error) => log.error({ err: error }, 'the syslog socket failed'))
  const looking = setInterval(() => tell(joiner.expire(clock.now())), LOOK_EVERY_MS)
  looking.unref()
  const bound = socket.address()
  log.info({ address: bound.address, port: bound.port }, 'syslog server listens')
  let stopping: Promise<void> | undefined
  return {
    address: bound.address,
    port: bound.port,
    [Symbol.asyncDispose]: () => {
      stopping ??= stop()
      return stopping
    },
  }

  async function stop(): Promise<void> {
    clearInterval(looking)
    const closed = once(socket, 'close')
    socket.close()
    await closed
    tell(joiner.expire(Number.POSITIVE_INFINITY))
    gate.close()
  }

  async function listen(unbound: Socket, { describeHolder }: SyslogServerOptions): Promise<void> {
    const listening = once(unbound, 'listening')
    unbound.bind({ address: host, port, exclusive: true })
    try {
      await listening
    } catch (error) {
      unbound.close()
      throw await describeListenError(error, host, port, describeHolder)
    }
    try {
      unbound.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
    } catch (error) {
      log.debug({ err: error }, 'the receive buffer stays as it is')
    }
  }
}

async function describeListenError(
  error: unknown,
  host: string,
  port: number,
  describeHolder: SyslogServerOptions['describeHolder'],
): Promise<unknown> {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const holder = await describeHolder?.(port)
      return new Failure(
        'port.in-use',
        `UDP port ${port} is in use${holder ? ` by ${holder}` : ''}: stop that, or choose another with --syslog-port`,
        { port, holder },
        error,
      )
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Failure(
        'address.unknown',
        `this machine has no address ${host} to receive syslog on: choose one it has with --boot-host`,
        { host },
        error,
      )
    case 'EACCES':
      return new Failure(
        'usage.invalid',
        `UDP port ${port} may not be used by this user: run as root or with CAP_NET_BIND_SERVICE, or choose one ` +
          'above 1023 with --syslog-port and have port 514, where iPXE sends to, redirected to it',
        { port },
        error,
      )
    default:
      return error
  }
}
