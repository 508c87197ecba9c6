import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { BootDesk } from '../../ports/boot-desk.ts'
import type { CongestionControl } from '../../ports/congestion-control.ts'
import type { Log } from '../../ports/log.ts'
import { type BootTls, createBootApp } from './boot-app.ts'
import { type Authority, parseAdvertised } from './client.ts'
import { sendFreelyOnThisMachine } from './clients-on-this-machine.ts'
import { type BootLimits, DEFAULT_BOOT_LIMITS } from './limits.ts'
import type { Pace } from './transfers/pace.ts'
import type { Rounds } from './transfers/rounds.ts'

export interface BootServerOptions {
  readonly desk: BootDesk
  readonly log: Log
  /** Address to listen on, `0.0.0.0` or `::` for all. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** `HOST` or `HOST:PORT` that hosts shall use instead of what they asked for. */
  readonly advertise?: string | undefined
  readonly limits?: Partial<BootLimits>
  /** Whose turn it is to begin and, without a pace, to send, together with all other listeners that have the same one. */
  readonly rounds?: Rounds | undefined
  /** How fast artifacts are sent, together with all other listeners that have the same one. */
  readonly pace?: Pace | undefined
  /** With it clients on this machine are sent to as fast as they take it. */
  readonly congestion?: CongestionControl | undefined
  /** Who holds a TCP port of this machine, for people. */
  readonly describePortHolder?: (port: number) => Promise<string | undefined>
  /** With it HTTPS is spoken. */
  readonly tls?: BootTls | undefined
  /** Port of the HTTPS listener beside this one; hosts that shall use it are sent there. */
  readonly securePort?: number | undefined
  /** PEM of our own authority, given out under `/ca.crt`. */
  readonly authorityPem?: string | undefined
}

/** A boot listener that answers. Disposing stops it: running transfers get a short grace and are then ended. */
export interface BootServer extends AsyncDisposable {
  /** The address listened on, as given by the system. */
  readonly address: string
  readonly port: number
}

/**
 * Listens and answers. Failure `port.in-use` with who holds the port where that can be found out, `address.unknown`
 * when there is no such address on this machine or `advertise` is none, `usage.invalid` without the right to the port.
 */
export async function openBootServer(options: BootServerOptions): Promise<BootServer> {
  const { desk, log, host, port, advertise, tls, securePort, authorityPem, congestion } = options
  const limits = { ...DEFAULT_BOOT_LIMITS, ...options.limits }
  const advertised = checkAdvertised(advertise)
  const { app, abortTransfers } = createBootApp({
    ...{ desk, log, limits, tls, securePort, authorityPem },
    ...{ rounds: options.rounds, pace: options.pace },
    // A port that is advertised is that of plain HTTP.
    advertised: tls && advertised ? { host: advertised.host } : advertised,
  })
  try {
    await app.listen({ host, port, backlog: 1024 })
  } catch (error) {
    await app.close()
    throw await describeListenError(error, options)
  }
  if (congestion) sendFreelyOnThisMachine(app.server, congestion)
  const bound = app.server.address() as AddressInfo
  log.info({ address: bound.address, port: bound.port, tls: tls !== undefined }, 'boot server listens')
  let stopping: Promise<void> | undefined
  return {
    address: bound.address,
    port: bound.port,
    [Symbol.asyncDispose]() {
      stopping ??= stop(app, abortTransfers, limits.closeGraceMs)
      return stopping
    },
  }
}

async function stop(
  app: FastifyInstance,
  abortTransfers: (reason: string) => void,
  graceMs: number,
): Promise<void> {
  const inTime = new AbortController()
  const closed = app.close().finally(() => inTime.abort())
  await sleep(graceMs, undefined, { signal: inTime.signal }).catch(() => undefined)
  abortTransfers('the boot server was stopped')
  app.server.closeAllConnections()
  await closed
}

function checkAdvertised(advertise: string | undefined): Authority | undefined {
  if (advertise === undefined) return undefined
  const authority = parseAdvertised(advertise)
  if (authority) return authority
  throw new Failure(
    'address.unknown',
    `"${advertise}" is no address hosts could use: --advertise takes HOST or HOST:PORT, for example 192.0.2.10:8080`,
  )
}

async function describeListenError(
  error: unknown,
  { host, port, tls, describePortHolder }: BootServerOptions,
): Promise<unknown> {
  const option = tls ? '--boot-tls-port' : '--boot-port'
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const holder = await describePortHolder?.(port)
      return new Failure(
        'port.in-use',
        `port ${port} is in use${holder ? ` by ${holder}` : ''}: stop that, or choose another with ${option}`,
        { port, holder },
        error,
      )
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Failure(
        'address.unknown',
        `this machine has no address ${host} to listen on: choose one it has with --boot-host`,
        { host },
        error,
      )
    case 'EACCES':
      return new Failure(
        'usage.invalid',
        `port ${port} may not be used by this user: run as root, or choose one above 1023 with ${option}`,
        { port },
        error,
      )
    default:
      return error
  }
}
