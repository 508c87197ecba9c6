import type { MachineSpec } from './machine.ts'
import type { BootId, ConfigToken } from './opaque-id.ts'

/** A host we are responsible for. */
export interface Host {
  readonly name: string
  readonly spec: MachineSpec
  /** How the machine gets to the script: by self-chaining media, or by typing at stock iPXE's prompt. */
  readonly boot: 'media' | 'typed'
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
