import type { Boot } from '../domain/host.ts'
import type { BootId, ConfigToken } from '../domain/opaque-id.ts'

/** A host has one boot at a time. Reports of the one before may be late, and it may ask twice for its script. */
const KEPT = 8
/** More than that, as long as they are younger: a boot opened for a request among many at once must still be there when that is answered. Milliseconds. */
const YOUNG_MS = 3_600_000
/** Never more: whoever asks for its script without end must not fill the memory within that hour. */
const MOST = 1000
/** So many go together then: each time takes a step of the store. */
const AT_ONCE = 100

/** The last boots of every host, by what they are known by: one that boots for months must not fill the memory. */
export interface RecentBoots {
  /** `present` is the boot its host has now, which stays known. */
  add(boot: Boot, now: number, present: BootId | undefined): void
  byId(bootId: BootId): Boot | undefined
  byToken(token: ConfigToken): Boot | undefined
  /** Older boots of the host that are not known any more and were not taken before. */
  takeDropped(host: string): readonly BootId[]
  forget(host: string): void
}

export function createRecentBoots(): RecentBoots {
  const ids = new Map<BootId, Boot>()
  const tokens = new Map<ConfigToken, Boot>()
  /** Those of each host, the oldest first. */
  const boots = new Map<string, Map<BootId, Boot>>()
  const dropped = new Map<string, BootId[]>()

  function drop(boot: Boot): void {
    ids.delete(boot.bootId)
    tokens.delete(boot.token)
  }

  return {
    add(boot, now, present) {
      const { bootId, token, host } = boot
      ids.set(bootId, boot)
      tokens.set(token, boot)
      const known = boots.get(host) ?? new Map<BootId, Boot>()
      boots.set(host, known.set(bootId, boot))
      const gone = dropped.get(host) ?? []
      for (const one of outdated(known, now, present)) {
        drop(one)
        known.delete(one.bootId)
        gone.push(one.bootId)
      }
      if (gone.length > 0) dropped.set(host, gone)
    },
    byId: (bootId) => ids.get(bootId),
    byToken: (token) => tokens.get(token),
    takeDropped(host) {
      const taken = dropped.get(host) ?? []
      dropped.delete(host)
      return taken
    },
    forget(host) {
      for (const boot of boots.get(host)?.values() ?? []) drop(boot)
      boots.delete(host)
      dropped.delete(host)
    },
  }
}

/** Looks at no more than those it finds and one or two besides. */
function* outdated(
  known: ReadonlyMap<BootId, Boot>,
  now: number,
  present: BootId | undefined,
): Generator<Boot> {
  const kept = known.size > MOST ? MOST - AT_ONCE : MOST
  let spare = known.size - KEPT
  for (const boot of known.values()) {
    const isYoung = now - boot.createdAt <= YOUNG_MS
    if (spare <= 0 || (isYoung && spare <= kept - KEPT)) return
    spare -= 1
    if (boot.bootId !== present) yield boot
  }
}
