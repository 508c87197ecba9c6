import { type AddressInfo, isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import { isLoopback } from '../../domain/plain-address.ts'
import { type ControlAppDependencies, createControlApp } from './control-app.ts'
import { type ControlLimits, DEFAULT_CONTROL_LIMITS } from './limits.ts'

export interface ControlServerOptions extends Omit<ControlAppDependencies, 'limits' | 'names'> {
  /** Address to listen on; loopback unless somebody wants it otherwise. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
  /** Names and addresses under which it may be asked, besides loopback and the address connected to. */
  readonly names?: readonly string[]
  readonly limits?: Partial<ControlLimits>
  /** Who holds a TCP port of this machine, for people. */
  readonly describePortHolder?: (port: number) => Promise<string | undefined>
}

/** A control listener that answers. Disposing stops it: answers under way get a short grace. */
export interface ControlServer extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /** Where it can be reached: `http://127.0.0.1:8081`, or under the first of its names. */
  readonly url: string
  /** False when others than this machine can reach it. */
  readonly isLoopbackOnly: boolean
}

/**
 * Listens and answers. Failure `port.in-use`, `address.unknown` when this machine has no such address,
 * `certificate.invalid`, `usage.invalid` without the right to the port.
 */
export async function openControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { host = '127.0.0.1', port, names = [], log, tls } = options
  const limits = { ...DEFAULT_CONTROL_LIMITS, ...options.limits }
  const { app } = await createApp({ ...options, limits, names: isWildcard(host) ? names : [...names, host] })
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw await describeListenError(error, host, options)
  }
  const bound = app.server.address() as AddressInfo
  const isLoopbackOnly = isLoopback(bound.address)
  log.info({ address: bound.address, port: bound.port, tls: tls !== undefined }, 'control server listens')
  if (!isLoopbackOnly && !tls) {
    log.warn({ address: bound.address }, 'control server can be reached from outside without encryption')
  }
  const reachable = isWildcard(bound.address) ? (names[0] ?? '127.0.0.1') : bound.address
  const shown = isIPv6(reachable) ? `[${reachable}]` : reachable
  let stopping: Promise<void> | undefined
  return {
    address: bound.address,
    port: bound.port,
    url: `${tls ? 'https' : 'http'}://${shown}:${bound.port}`,
    isLoopbackOnly,
    [Symbol.asyncDispose]() {
      stopping ??= stop(app, limits.closeGraceMs)
      return stopping
    },
  }
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

async function createApp(dependencies: ControlAppDependencies) {
  try {
    return await createControlApp(dependencies)
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('ERR_OSSL')) throw error
    throw new Failure('certificate.invalid', 'certificate and key cannot be used for TLS', {}, error)
  }
}

async function stop(app: FastifyInstance, graceMs: number): Promise<void> {
  const inTime = new AbortController()
  const closed = app.close().finally(() => inTime.abort())
  app.server.closeIdleConnections()
  await sleep(graceMs, undefined, { signal: inTime.signal }).catch(() => undefined)
  app.server.closeAllConnections()
  await closed
}

async function describeListenError(
  error: unknown,
  host: string,
  { port, describePortHolder }: ControlServerOptions,
): Promise<unknown> {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const holder = await describePortHolder?.(port)
      return new Failure(
        'port.in-use',
        `port ${port} is in use${holder ? ` by ${holder}` : ''}: stop that, or choose another with --control-port`,
        { port, holder },
        error,
      )
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Failure(
        'address.unknown',
        `this machine has no address ${host} to listen on`,
        { host },
        error,
      )
    case 'EACCES':
      return new Failure(
        'usage.invalid',
        `port ${port} may not be used by this user: run as root, or choose one above 1023 with --control-port`,
        { port },
        error,
      )
    default:
      return error
  }
}
