import type { RecordedEvent } from '../../domain/event.ts'
import { Failure } from '../../domain/failure.ts'
import type { Boot, Host } from '../../domain/host.ts'
import type { AccessStore } from '../../ports/access-store.ts'
import type { AuditTrail } from '../../ports/audit-trail.ts'
import type { FleetStore, StoredFleet } from '../../ports/fleet-store.ts'
import type { HostStore } from '../../ports/host-store.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import { createMemoryAccess } from './memory-access.ts'
import { createMemoryAudit } from './memory-audit.ts'
import { createMemorySessions } from './memory-sessions.ts'

/** Hosts, the fleet, access tokens, sessions and audit trail in memory only; for tests and dry runs. */
export function createMemoryStore(): HostStore &
  FleetStore &
  AccessStore &
  SessionStore &
  AuditTrail &
  AsyncDisposable {
  const hosts = new Map<string, Host>()
  let boots: readonly Boot[] = []
  let events: readonly RecordedEvent[] = []
  let lastId = 0
  let stored: StoredFleet | undefined
  return {
    ...createMemoryAccess(),
    ...createMemorySessions(),
    ...createMemoryAudit(),
    hosts: async () =>
      [...hosts.values()].sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1)),
    saveHost: async (...saved) => {
      for (const host of saved) hosts.set(host.name, host)
    },
    deleteHost: async (name) => {
      hosts.delete(name)
      boots = boots.filter(({ host }) => host !== name)
      events = events.filter(({ host }) => host !== name)
    },
    boots: async () => boots,
    addBoot: async (boot) => {
      boots = [...boots, boot]
    },
    forgetBoots: async (bootIds) => {
      boots = boots.filter(({ bootId }) => !bootIds.includes(bootId))
    },
    appendEvents: async (...appended) => {
      const recorded = appended.map((event) => {
        lastId += 1
        return { ...event, id: lastId }
      })
      events = [...events, ...recorded]
      return recorded
    },
    events: async ({ host, type, afterId = 0, limit } = {}) =>
      events
        .filter(
          (event) =>
            event.id > afterId &&
            (host === undefined || event.host === host) &&
            (type === undefined || event.type === type),
        )
        .slice(0, limit),
    lastEventId: async () => lastId,
    fleet: async () => stored,
    saveFleet: async (fleet, ifVersion) => {
      const version = stored?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== version) {
        throw new Failure('fleet.changed', `the fleet is at version ${version}, not ${ifVersion} any more`)
      }
      stored = { version: version + 1, fleet }
      return version + 1
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
