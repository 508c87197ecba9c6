import type { z } from 'zod'
import { About } from '../../contract/about.ts'
import {
  AuditPage,
  CreatedToken,
  type CreateTokenRequest,
  Session,
  TokenList,
} from '../../contract/access.ts'
import { BootRecords } from '../../contract/boots.ts'
import { Done } from '../../contract/common.ts'
import { type AdoptRequest, DiscoveredPage } from '../../contract/discovered.ts'
import { DoctorReport } from '../../contract/doctor.ts'
import { type Event, EventPage } from '../../contract/events.ts'
import { type DesiredFleet, FleetPlan, FleetView } from '../../contract/fleet.ts'
import { HostDetail, HostPage, PowerOutcome } from '../../contract/hosts.ts'
import { type AddInstallerRequest, InstallerList, InstallerView } from '../../contract/installers.ts'
import { NetbootNewsList } from '../../contract/netboot.ts'
import { Throughput } from '../../contract/throughput.ts'
import { Failure } from '../../domain/failure.ts'
import type { HostLogSource } from '../../ports/control/host-action-desk.ts'
import { type FollowOptions, followEvents } from './follow-events.ts'
import { type Call, type ControlTarget, fetchAll, requireTarget } from './transport.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

/**
 * The control API for programs. Whatever the server refuses is a Failure of the same code; `server.unreachable` and
 * `server.not-understood` are its own.
 */
export type ControlClient = ReturnType<typeof createControlClient>

/** Failure `usage.invalid` for a URL or token that cannot be used. */
export function createControlClient(target: ControlTarget) {
  requireTarget(target)

  async function ask<T extends z.ZodType>(shape: T, call: Call): Promise<z.output<T>> {
    const { bytes } = await fetchAll(target, { ...call, path: `/api/v1${call.path}` })
    const parsed = shape.safeParse(parseJson(new TextDecoder().decode(bytes)))
    if (parsed.success) return parsed.data
    throw new Failure(
      'server.not-understood',
      `the answer to ${call.method} ${call.path} is not as described; are client and server of the same version?`,
      {},
      parsed.error,
    )
  }
  const get = <T extends z.ZodType>(shape: T, path: string, query: Query = {}) =>
    ask(shape, { method: 'GET', path: `${path}${renderQuery(query)}` })
  const change = async (method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> => {
    await ask(Done, { method, path, body })
  }
  const at = (collection: string, name: string) => `/${collection}/${encodeURIComponent(name)}`

  return {
    /** Where it is. */
    url: target.url,
    session: () => get(Session, '/session'),
    about: () => get(About, '/about'),
    hosts: (query: Query = {}) => get(HostPage, '/hosts', query),
    /** All pages, one after the other. */
    allHosts: (query: Query = {}) =>
      eachItem((after) => get(HostPage, '/hosts', { limit: 1000, ...query, after })),
    host: (name: string) => get(HostDetail, at('hosts', name)),
    boots: (name: string) => get(BootRecords, `${at('hosts', name)}/boots`),
    reinstall: (name: string) => change('POST', `${at('hosts', name)}/reinstall`),
    arm: (name: string, forMs: number) => change('POST', `${at('hosts', name)}/arm`, { forMs }),
    approve: (name: string) => change('POST', `${at('hosts', name)}/approve`),
    retry: (name: string) => change('POST', `${at('hosts', name)}/retry`),
    power: (name: string, action: 'on' | 'off' | 'reset') =>
      ask(PowerOutcome, { method: 'POST', path: `${at('hosts', name)}/power`, body: { action } }),
    deleteHost: (name: string) => change('DELETE', at('hosts', name)),
    /** PNG. */
    screenshot: async (name: string): Promise<Uint8Array> =>
      (await fetchAll(target, { method: 'GET', path: `/api/v1${at('hosts', name)}/screenshot` })).bytes,
    serialLog: async (name: string, tailBytes: number): Promise<string> => {
      const path = `/api/v1${at('hosts', name)}/serial-log?tailBytes=${tailBytes}`
      return new TextDecoder().decode((await fetchAll(target, { method: 'GET', path })).bytes)
    },
    /** Without a source the server chooses. */
    hostLog: async (name: string, source: HostLogSource | undefined, tailBytes: number): Promise<string> => {
      const path = `/api/v1${at('hosts', name)}/log${renderQuery({ source, tailBytes })}`
      return new TextDecoder().decode((await fetchAll(target, { method: 'GET', path })).bytes)
    },
    /** The script and the user-data of its present boot, secrets masked. */
    script: async (name: string): Promise<string> => {
      const path = `/api/v1${at('hosts', name)}/script`
      return new TextDecoder().decode((await fetchAll(target, { method: 'GET', path })).bytes)
    },
    userData: async (name: string): Promise<string> => {
      const path = `/api/v1${at('hosts', name)}/user-data`
      return new TextDecoder().decode((await fetchAll(target, { method: 'GET', path })).bytes)
    },
    events: (query: Query = {}) => get(EventPage, '/events/history', query),
    follow: (options: FollowOptions): AsyncGenerator<Event> => followEvents(target, options),
    fleet: () => get(FleetView, '/fleet'),
    planFleet: (desired: DesiredFleet, { prune = false } = {}) =>
      ask(FleetPlan, { method: 'POST', path: `/fleet/plan?prune=${prune}`, body: desired }),
    /** `ifVersion`: only if this is still in force, Failure `fleet.changed` otherwise. */
    applyFleet: (desired: DesiredFleet, { prune = false, ifVersion }: ApplyFleetOptions = {}) => {
      const headers: Record<string, string> = ifVersion === undefined ? {} : { 'if-match': `"${ifVersion}"` }
      return ask(FleetPlan, { method: 'PUT', path: `/fleet?prune=${prune}`, body: desired, headers })
    },
    discovered: (query: Query = {}) => get(DiscoveredPage, '/discovered', query),
    adopt: (id: string, as: AdoptRequest) =>
      ask(HostDetail, { method: 'POST', path: `${at('discovered', id)}/adopt`, body: as }),
    forget: (id: string) => change('DELETE', at('discovered', id)),
    installers: async () => (await get(InstallerList, '/installers')).items,
    addInstaller: (given: AddInstallerRequest) =>
      ask(InstallerView, { method: 'POST', path: '/installers', body: given }),
    removeInstaller: (name: string) => change('DELETE', at('installers', name)),
    /** `waitSeconds`: how long the server may wait for news. */
    netbootNews: (after: number, waitSeconds: number, signal?: AbortSignal) =>
      ask(NetbootNewsList, {
        method: 'GET',
        path: `/netboot/news?after=${after}&waitSeconds=${waitSeconds}`,
        signal,
      }),
    /** Samples that ended later than `after`. */
    throughput: (after?: number) => get(Throughput, '/throughput', { after }),
    /** Takes a minute at most. */
    doctor: () => ask(DoctorReport, { method: 'POST', path: '/doctor' }),
    tokens: async () => (await get(TokenList, '/tokens')).items,
    createToken: (given: CreateTokenRequest) =>
      ask(CreatedToken, { method: 'POST', path: '/tokens', body: given }),
    revokeToken: (name: string) => change('DELETE', at('tokens', name)),
    audit: (query: Query = {}) => get(AuditPage, '/audit', query),
  }
}

export interface ApplyFleetOptions {
  readonly prune?: boolean
  readonly ifVersion?: string | undefined
}

async function* eachItem<T>(
  page: (
    after: string | undefined,
  ) => Promise<{ readonly items: readonly T[]; readonly next?: string | undefined }>,
): AsyncGenerator<T> {
  let after: string | undefined
  do {
    const { items, next } = await page(after)
    yield* items
    // A page that leads to itself would never end.
    after = next === after ? undefined : next
  } while (after !== undefined)
}

function renderQuery(query: Query): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) parameters.set(key, String(value))
  return parameters.size > 0 ? `?${parameters}` : ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
