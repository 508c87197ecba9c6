import type { InstallPolicy } from '../domain/boot-decision.ts'
import type { LocalBootStrategy } from '../domain/desired-fleet.ts'
import type { GuestNetwork } from '../domain/guest-network.ts'
import type { MachineFacts } from '../domain/matching.ts'
import type { UserDataPath } from '../domain/user-data-key.ts'
import type { ServedInstaller } from './served-installer.ts'

/** What one host is handed when it asks, checked before anything was begun. */
export interface BootPlan {
  readonly installer: ServedInstaller
  readonly texts: HostTexts
  readonly policy: InstallPolicy
  readonly localBoot: LocalBootStrategy
  /** It is handed its installation over HTTPS only. */
  readonly overHttps?: boolean
}

/** The texts that depend on the installer and the user-data of a host. */
export interface HostTexts {
  /** The script that installs this host; every URL in it is under `base`. */
  installScript(input: {
    readonly host: string
    /** The card it boots from, where it is known. */
    readonly mac: string | undefined
    /** What its media say of its network. */
    readonly network?: GuestNetwork
    readonly bootId: string
    readonly token: string
    readonly base: string
    /** IPv4 address that receives what iPXE shows, where that is received. */
    readonly syslog: string | undefined
  }): string
  /** Where its user-data has secrets that its keys do not tell. */
  readonly secretPaths?: readonly UserDataPath[] | undefined
  /** The user-data this host gets, phone-home hooks included; every URL in it is under `base`. */
  userData(input: { readonly token: string; readonly base: string }): string
}

/** The plans of all hosts, from memory. */
export interface BootPlans {
  of(host: string): BootPlan | undefined
  /** Whether there is one, without making it. */
  has(host: string): boolean
  /** Name of the host that a machine claims to be, where that is allowed at all. */
  identify(facts: MachineFacts): string | undefined
  /** Every installer that is served. */
  installers(): readonly ServedInstaller[]
}

/** One plan for all hosts, none of which has to say more of itself than what we gave it. */
export function sharedPlan(plan: BootPlan): BootPlans {
  return { of: () => plan, has: () => true, identify: () => undefined, installers: () => [plan.installer] }
}
