import type { UserDataRule } from './user-data-rules.ts'

/** What the installer does when it is done. `none`: it stays up, and we restart the machine. */
export type FinishAction = 'poweroff' | 'reboot' | 'none'

/** What the rest of the program has to know of a user-data document. */
export interface UserDataSummary {
  readonly managementMode: 'central' | 'local'
  readonly finish: FinishAction
  readonly localUiPort: number
  /** `stylus.site.name`. */
  readonly siteName?: string
  /** `stylus.site.prefix`. */
  readonly sitePrefix?: string
  /** `stylus.site.deviceUIDPaths` names something else than the product UUID to make an id of. */
  readonly hasOtherIdSource?: boolean
}

/** Something about a user-data file, with its place (both from 1) and, where there is one, the remedy. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly rule: UserDataRule
  readonly message: string
  readonly line: number
  readonly column: number
  readonly fix?: string
}

/** What is known about the place a document is for; what is not known is not complained about. */
export interface UserDataContext {
  /** How the hosts get it. */
  readonly servedOver?: 'http' | 'https'
  /** How many disks the machines have. */
  readonly disks?: number
}
