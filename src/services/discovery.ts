import type { MachineFacts } from '../domain/matching.ts'
import type { Clock } from '../ports/clock.ts'
import type { DiscoveredHost } from '../ports/control/discovery-desk.ts'
import type { Hasher } from '../ports/hasher.ts'
import type { Log } from '../ports/log.ts'
import type { SettingsStore } from '../ports/settings-store.ts'
import { keepLatest } from './keep-latest.ts'

/** Machines nobody has defined, with what they told; kept across restarts. */
export interface Discovery {
  /** `also`: what it told besides, by the names of iPXE's settings. */
  note(facts: MachineFacts, address: string, also?: Readonly<Record<string, string>>): void
  all(): readonly DiscoveredHost[]
  find(id: string): DiscoveredHost | undefined
  forget(id: string): void
}

export interface DiscoveryDependencies {
  readonly store: SettingsStore
  readonly hasher: Hasher
  readonly clock: Clock
  readonly log: Log
}

const SETTING = 'discovered'
/** Anybody can make up machines: the one seen longest ago makes room for a new one. */
const MAX_DISCOVERED = 500
const ID_LENGTH = 16

/** Failure `store.failed`. */
export async function openDiscovery({
  store,
  hasher,
  clock,
  log,
}: DiscoveryDependencies): Promise<Discovery> {
  const known = new Map(readAll(await store.setting(SETTING)).map((one) => [one.id, one]))
  const write = () => store.saveSetting(SETTING, JSON.stringify([...known.values()]))
  const save = keepLatest(write, 'discovered machines', log)

  return {
    note: (facts, address, also = {}) => {
      const told = Object.fromEntries(
        Object.entries({ ...also, ...facts }).filter(([, value]) => value !== undefined),
      )
      const identity = facts.uuid ?? facts.mac ?? JSON.stringify(facts)
      const id = hasher.sha256(`${facts.mac ?? ''} ${identity}`).slice(0, ID_LENGTH)
      const now = clock.now()
      const before = known.get(id)
      known.delete(id)
      known.set(id, { id, firstSeen: before?.firstSeen ?? now, lastSeen: now, address, told })
      for (const oldest of known.keys()) {
        if (known.size <= MAX_DISCOVERED) break
        known.delete(oldest)
      }
      save()
    },
    all: () => [...known.values()],
    find: (id) => known.get(id),
    forget: (id) => {
      if (known.delete(id)) save()
    },
  }
}

/** Written by this program only; what cannot be read is a list that begins anew. */
function readAll(text: string | undefined): readonly DiscoveredHost[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(list) ? (list as DiscoveredHost[]) : []
  } catch {
    return []
  }
}
