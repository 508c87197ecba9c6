import type { MachineSpec } from './machine.ts'
import type { BootId, ConfigToken } from './opaque-id.ts'

/** A host we are responsible for. */
export interface Host {
  readonly name: string
  /** The machine that is made for it; absent for machines that stand somewhere already. */
  readonly spec?: MachineSpec
  /** How the machine gets to the script: by self-chaining media, by typing at stock iPXE's prompt, or by its network. */
  readonly boot: 'media' | 'typed' | 'pxe'
  readonly driver: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** One time a host was handed the installer. */
export interface Boot {
  readonly bootId: BootId
  readonly token: ConfigToken
  readonly host: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}
