import type { HostDetail } from './host-desk.ts'
import type { Page, PageRequest } from './paging.ts'

/** A machine nobody has defined, with all it told. Times are epoch milliseconds. */
export interface DiscoveredHost {
  readonly id: string
  readonly firstSeen: number
  readonly lastSeen: number
  readonly address: string
  /** iPXE settings by name: mac, uuid, serial, asset, manufacturer, product, platform, … */
  readonly told: Readonly<Record<string, string>>
}

/** Failure `discovered.not-found`. */
export interface DiscoveryDesk {
  discovered(page: PageRequest): Promise<Page<DiscoveredHost>>
  /** Makes a host of it. Failure `host.name-taken`, `fleet.invalid` for an unknown profile. */
  adopt(
    id: string,
    as: { readonly name: string; readonly profile: string },
    actor: string,
  ): Promise<HostDetail>
  forget(id: string, actor: string): Promise<void>
}
