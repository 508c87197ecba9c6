import { Failure } from './failure.ts'
import type { MacAddress } from './mac-address.ts'
import type { Uuid } from './uuid.ts'

export type Firmware = 'bios' | 'uefi'

/**
 * `user`: the hypervisor's own NAT, no privileges needed. `bridge` and `tap`: an existing device of this machine.
 * `named`: a network of a hypervisor elsewhere, by its name there; empty for the one it chooses itself.
 */
export type MachineNetwork =
  | { readonly kind: 'user' }
  | { readonly kind: 'bridge'; readonly bridge: string }
  | { readonly kind: 'tap'; readonly device: string }
  | { readonly kind: 'named'; readonly name: string }

/** The network of a machine of that driver, as its user names it. Failure `usage.invalid`. */
export function machineNetwork(driver: string, text: string | undefined): MachineNetwork {
  return driver === 'qemu' ? parseMachineNetwork(text ?? 'user') : { kind: 'named', name: text ?? '' }
}

/** `user`, `bridge:NAME` or `tap:DEVICE`. Failure `usage.invalid` for anything else. */
function parseMachineNetwork(text: string): MachineNetwork {
  if (text === 'user') return { kind: 'user' }
  const [kind, device = '', ...rest] = text.split(':')
  const isDevice = /^[A-Za-z0-9_.-]{1,15}$/.test(device) && rest.length === 0
  if (!isDevice || (kind !== 'bridge' && kind !== 'tap')) {
    throw new Failure(
      'usage.invalid',
      `network ${text.slice(0, 80)}: expected user, bridge:NAME or tap:DEVICE`,
    )
  }
  return kind === 'bridge' ? { kind, bridge: device } : { kind, device }
}

/** True for what `parseMachineNetwork` reads. */
export function isMachineNetwork(text: string): boolean {
  try {
    parseMachineNetwork(text)
    return true
  } catch {
    return false
  }
}

/** What a machine is made of. Boot order is always disk first, then CD: an installed host never reinstalls itself. */
export interface MachineSpec {
  readonly name: string
  readonly mac: MacAddress
  readonly uuid: Uuid
  readonly firmware: Firmware
  readonly cpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  readonly network: MachineNetwork
  /** TCP ports of the guest that a readiness probe wants to reach although the network is `user`. */
  readonly probePorts: readonly number[]
  /** The hypervisor chooses the address of the card; until the machine is made, `mac` only keeps its place. */
  readonly assignsMac?: boolean
  /** What only its driver knows, where to put it say. */
  readonly options?: Readonly<Record<string, string>>
}

export type PowerState = 'on' | 'off'

/**
 * Why the power state is what it is, as far as the hypervisor tells: `asked` by us, `reset` by us as by the button (state stays `on`), `guest-shutdown` (the guest
 * switched itself off in order), `guest-reset` (it rebooted; state stays `on`), `guest-panic`, `lost` (the
 * machine's process or host vanished), `unknown`.
 */
export type PowerCause =
  | 'asked'
  | 'reset'
  | 'guest-shutdown'
  | 'guest-reset'
  | 'guest-panic'
  | 'lost'
  | 'unknown'

export interface PowerChange {
  readonly state: PowerState
  readonly cause: PowerCause
}

/** A host or machine name: lower-case letters, digits, hyphens; a DNS label (RFC 1123 §2.1), at most 63 characters. */
export function isMachineName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
}
