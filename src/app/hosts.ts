import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import type { RecordedEvent } from '../domain/event.ts'
import { Failure } from '../domain/failure.ts'
import { replay } from '../domain/life.ts'
import { type HostSummary, summarizeHost } from '../domain/summary.ts'
import type { HostStore } from '../ports/host-store.ts'
import type { DriverSettings } from './open-drivers.ts'
import { openStore } from './open-store.ts'
import { openWorkplace } from './workplace.ts'

/** All hosts of a data directory, also while another process works on it. */
export async function listHosts(dataDirectory: string): Promise<readonly HostSummary[]> {
  await using store = await openForReading(dataDirectory)
  const now = createSystemClock().now()
  const hosts = await store.hosts()
  return await Promise.all(
    hosts.map(async (host) =>
      summarizeHost(host, replay(host.createdAt, await store.events({ host: host.name })), now),
    ),
  )
}

/** One host and its events. Failure `host.not-found`. */
export async function showHost(
  dataDirectory: string,
  name: string,
): Promise<{ readonly summary: HostSummary; readonly events: readonly RecordedEvent[] }> {
  await using store = await openForReading(dataDirectory)
  const host = (await store.hosts()).find((candidate) => candidate.name === name)
  if (!host) throw notFound(name, dataDirectory)
  const events = await store.events({ host: name })
  return { summary: summarizeHost(host, replay(host.createdAt, events), createSystemClock().now()), events }
}

/** Removes the machine with all its files, then forgets the host. Failure `host.not-found`. */
export async function deleteHost(
  options: DriverSettings & {
    readonly dataDirectory: string
    readonly name: string
    readonly logLevel: string
  },
  signal: AbortSignal,
): Promise<void> {
  const { dataDirectory, name } = options
  await using place = await openWorkplace({ ...options, purpose: `host delete ${name}` })
  const known = (await place.store.hosts()).find((host) => host.name === name)
  if (!known) throw notFound(name, dataDirectory)
  if (known.spec) await place.drivers.of(known.driver).delete(name, signal)
  // First the wish: a host that is wished for would be enrolled anew.
  const stored = await place.store.fleet()
  if (stored?.fleet.hosts.some((host) => host.name === name)) {
    const hosts = stored.fleet.hosts.filter((host) => host.name !== name)
    await place.store.saveFleet({ ...stored.fleet, hosts }, stored.version)
  }
  await place.store.deleteHost(name)
}

async function openForReading(path: string): Promise<HostStore & AsyncDisposable> {
  const log = createPinoLog({ level: 'warn', destination: 'stderr' })
  const place = await openStore({ dataDirectory: path, purpose: 'read', access: 'read', log })
  return { ...place.store, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
}

function notFound(name: string, dataDirectory: string): Failure {
  return new Failure(
    'host.not-found',
    `there is no host ${name} in ${dataDirectory}; edgeboot host list shows all`,
  )
}
