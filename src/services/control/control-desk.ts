import type { AuditFilter } from '../../domain/audit.ts'
import type { ControlDesk } from '../../ports/control/control-desk.ts'
import type { ObservationDesk } from '../../ports/control/observation-desk.ts'
import type { TokenDesk } from '../../ports/control/token-desk.ts'
import { createAboutDesk } from './about-desk.ts'
import { createBootsDesk } from './boots-desk.ts'
import type { ControlParts } from './control-parts.ts'
import { createDoctorDesk } from './doctor-desk.ts'
import { createDiscoveryDesk, createFleetDesk } from './fleet-desk.ts'
import { createHostActions } from './host-actions.ts'
import { createHostDesk } from './host-views.ts'
import { createInstallerDesk } from './installer-desk.ts'
import { createNetbootControlDesk } from './netboot-desk.ts'
import { createNewHostsDesk } from './new-hosts-desk.ts'
import { createServedTextsDesk } from './served-texts-desk.ts'
import { createThroughputDesk } from './throughput-desk.ts'
import { createUserDataDesk } from './user-data-desk.ts'

/** All that the control API asks of the program. */
export function createControlDesk(parts: ControlParts): ControlDesk {
  const { detailOf: _, ...hosts } = createHostDesk(parts)
  return {
    ...hosts,
    ...createHostActions(parts),
    ...createEventDesk(parts),
    ...createFleetDesk(parts),
    ...createDiscoveryDesk(parts),
    ...createInstallerDesk(parts),
    ...createNewHostsDesk(parts),
    ...createUserDataDesk(),
    ...createTokenDesk(parts),
    ...createNetbootControlDesk(parts),
    ...createAboutDesk(parts),
    ...createBootsDesk(parts),
    ...createServedTextsDesk(parts),
    ...createThroughputDesk(parts),
    ...createDoctorDesk(parts),
    ...createObservationDesk(parts),
  }
}

function createEventDesk({ store, book }: ControlParts) {
  return {
    lastEventId: () => store.lastEventId(),
    eventsAfter: (
      afterId: number,
      { host, type }: { readonly host?: string | undefined; readonly type?: string | undefined },
      limit: number,
    ) => store.events({ afterId, limit, ...(host ? { host } : {}), ...(type ? { type } : {}) }),
    subscribe: book.subscribe,
  }
}

function createTokenDesk({ access, store, clock }: ControlParts): TokenDesk {
  return {
    tokens: () => store.tokens(),
    createToken: async ({ name, role, expiresInMs }, actor) => {
      const end = expiresInMs === undefined ? {} : { expiresAt: clock.now() + expiresInMs }
      const { token, text } = await access.createToken({ name, role, ...end }, actor)
      return { ...token, token: text }
    },
    revokeToken: async (name, actor) => void (await access.revokeToken(name, actor)),
  }
}

function createObservationDesk({ store, metrics, plans, shelf, book }: ControlParts): ObservationDesk {
  return {
    audit: async ({ who, action, object, outcome }, { after, limit }) => {
      const beforeId = after === undefined ? undefined : Number(after)
      const filter: AuditFilter = {
        limit,
        ...(who ? { who } : {}),
        ...(action ? { action } : {}),
        ...(object ? { object } : {}),
        ...(outcome ? { outcome } : {}),
        ...(beforeId !== undefined && Number.isSafeInteger(beforeId) ? { beforeId } : {}),
      }
      const items = await store.auditEntries(filter)
      const last = items.at(-1)
      return { items, ...(items.length === limit && last ? { next: String(last.id) } : {}) }
    },
    metrics: () => metrics.text(book.states().map(({ life }) => life)),
    readiness: async () => {
      const missing = plans
        .fleet()
        .installers.filter(({ name }) => !shelf.get(name))
        .map(({ name }) => `the ISO of installer ${name} cannot be read`)
      const stored = await store.lastEventId().then(
        () => [],
        () => ['the state database does not answer'],
      )
      return { ready: missing.length + stored.length === 0, reasons: [...missing, ...stored] }
    },
  }
}
