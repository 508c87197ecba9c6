import type { Firmware } from './machine.ts'
import type { Phase } from './phase.ts'

/**
 * What somebody wants to be, with everything merged, substituted and read: nothing in it refers to files, variables
 * or defaults of the fleet file any more, except the ISOs, which are files of the server's machine. Names are
 * DNS labels (see `isMachineName`). The control API carries it as `DesiredFleet` of src/contract/fleet.ts.
 */
export interface DesiredFleet {
  readonly installers: readonly DesiredInstaller[]
  readonly profiles: readonly DesiredProfile[]
  readonly hosts: readonly DesiredHost[]
  readonly unknownHosts: UnknownHostPolicy
  /** At most so many hosts install at the same time, in all. */
  readonly maxParallel?: number | undefined
}

export interface DesiredInstaller {
  readonly name: string
  /** Absolute path on the server's machine. */
  readonly isoPath: string
  /** Lower-case hex SHA-256 of the whole ISO. */
  readonly sha256?: string | undefined
}

/** What is decided per profile; what hosts have from it is merged into them. */
export interface DesiredProfile {
  readonly name: string
  /** At most so many of its hosts install at the same time. */
  readonly maxParallel?: number | undefined
  /** Rolling: no further host is started once so many have failed. */
  readonly stopAfterFailures?: number | undefined
}

export interface DesiredHost {
  readonly name: string
  readonly profile?: string | undefined
  readonly installer: string
  /** Empty for a machine we create, which is known by the MAC and UUID we give it. */
  readonly match: HostMatch
  readonly labels: Readonly<Record<string, string>>
  /** Left out for hardware that nobody but a person switches. */
  readonly machine?: DesiredMachine | undefined
  readonly kernelArgs: { readonly add: readonly string[]; readonly remove: readonly string[] }
  /** The merged document, `#cloud-config` first. Secret as a whole. */
  readonly userData: string
  readonly ready: DesiredReady
  readonly localBoot: LocalBootStrategy
  /** `manual`: a person says yes before it is handed the installer. */
  readonly approve: 'auto' | 'manual'
  /** Milliseconds a host may spend in a phase before it is given up. */
  readonly timeouts: Readonly<Partial<Record<Phase, number>>>
}

/** By what a machine that asks is recognised; what is given must all be so. Values as the machine tells them. */
export interface HostMatch {
  readonly mac?: string | undefined
  readonly uuid?: string | undefined
  readonly serial?: string | undefined
  readonly asset?: string | undefined
  readonly hostname?: string | undefined
  readonly label?: string | undefined
}

export interface DesiredMachine {
  readonly driver: string
  readonly boot?: 'media' | 'typed' | 'pxe' | undefined
  readonly firmware?: Firmware | undefined
  readonly cpus?: number | undefined
  readonly memoryMiB?: number | undefined
  readonly diskGiB?: number | undefined
  /** As the driver names networks: `user`, `bridge:br0`, `VM Network`. */
  readonly network?: string | undefined
  /** What only this driver knows: data store, folder, address of a BMC. Values may be secret. */
  readonly options: Readonly<Record<string, string>>
}

/** What proves that the host is ready. */
export type DesiredReady =
  | { readonly kind: 'auto' }
  | { readonly kind: 'phone-home' }
  | { readonly kind: 'local-ui'; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number }
  /** `{ip}` in it stands for the host's address. */
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'palette'
      readonly url?: string | undefined
      readonly projectUid?: string | undefined
      /** Secret. */
      readonly apiKey?: string | undefined
    }

/** How an installed machine that asks is sent to its disk. `auto`: what suits its firmware. */
export const LOCAL_BOOT_STRATEGIES = ['auto', 'exit', 'exit-1', 'sanboot', 'poweroff'] as const
export type LocalBootStrategy = (typeof LOCAL_BOOT_STRATEGIES)[number]

/** What machines get that nobody has defined. */
export type UnknownHostPolicy =
  | { readonly policy: 'ignore' | 'local' | 'discover' }
  | { readonly policy: 'profile'; readonly profile: string }
