import type { Boot } from '../domain/host.ts'
import type { BootId, ConfigToken } from '../domain/opaque-id.ts'

/** A host has one boot at a time. Reports of the one before may be late, and it may ask twice for its script. */
const KEPT = 8

/** The last boots of every host, by what they are known by: one that boots for months must not fill the memory. */
export interface RecentBoots {
  add(boot: Boot): void
  byId(bootId: BootId): Boot | undefined
  byToken(token: ConfigToken): Boot | undefined
  /** Older boots of the host that are not known any more and were not taken before. */
  takeDropped(host: string): readonly BootId[]
  forget(host: string): void
}

export function createRecentBoots(): RecentBoots {
  const ids = new Map<BootId, Boot>()
  const tokens = new Map<ConfigToken, Boot>()
  const boots = new Map<string, Boot[]>()
  const dropped = new Map<string, BootId[]>()

  function drop(boot: Boot): void {
    ids.delete(boot.bootId)
    tokens.delete(boot.token)
  }

  return {
    add(boot) {
      const { bootId, token, host } = boot
      ids.set(bootId, boot)
      tokens.set(token, boot)
      const known = boots.get(host) ?? []
      boots.set(host, known)
      known.push(boot)
      for (const old of known.splice(0, Math.max(0, known.length - KEPT))) {
        drop(old)
        const before = dropped.get(host)
        if (before) before.push(old.bootId)
        else dropped.set(host, [old.bootId])
      }
    },
    byId: (bootId) => ids.get(bootId),
    byToken: (token) => tokens.get(token),
    takeDropped(host) {
      const taken = dropped.get(host) ?? []
      dropped.delete(host)
      return taken
    },
    forget(host) {
      for (const boot of boots.get(host) ?? []) drop(boot)
      boots.delete(host)
      dropped.delete(host)
    },
  }
}
