import type { Firmware } from '../domain/machine.ts'

/** A set of stock iPXE files found on this machine. */
export interface IpxeBuild {
  readonly isoPath: string
  /** As the binary itself says it, for example `2.0.0` or `1.0.0+`. */
  readonly version: string
  /** Knows `autoexec.ipxe` on UEFI: from 2.0. */
  readonly chainsByItselfOnUefi: boolean
}

/** Makes the self-chaining ISO out of a stock iPXE. */
export interface MediaBuilder {
  /** The best build found for that firmware; Failure `ipxe.not-found` or `ipxe.too-old` with the remedy. */
  findIpxe(firmware: Firmware, signal: AbortSignal): Promise<IpxeBuild>
  /** Path of an ISO that runs `autoexec` by itself; the same build and script give the same cached file. */
  build(ipxe: IpxeBuild, autoexec: string, signal: AbortSignal): Promise<string>
}
