import type { ArtifactRole } from '../domain/artifact.ts'
import type { Firmware } from '../domain/machine.ts'
import type { Pacing } from '../domain/pacing/pacing.ts'
import type { KernelArgumentChanges } from '../services/boot-texts.ts'
import type { PaletteOptions } from './palette.ts'
import type { VsphereFlags } from './vsphere-flags.ts'

/** Everything `up` can be told. */
export interface UpOptions {
  readonly isoPath: string
  /** Paths inside the ISO, for families we do not know. */
  readonly paths?: Readonly<Record<ArtifactRole, string>>
  readonly userDataPath: string
  readonly count: number
  readonly name: string
  readonly boot: 'media' | 'typed'
  readonly firmware: Firmware
  readonly cpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  readonly driver: string
  /** As the driver names networks; left out for its default. */
  readonly network?: string
  /** What only the driver knows. */
  readonly machineOptions: Readonly<Record<string, string>>
  readonly ready: string
  readonly timeoutMs: number
  readonly concurrency: number
  readonly kernelArgs: KernelArgumentChanges
  readonly phoneHome: boolean
  readonly classic: boolean
  readonly bootHost?: string
  /** 0: any free port; it is remembered for the next run in the same data directory. */
  readonly bootPort?: number
  readonly advertise?: string
  /** How fast hosts are sent their files. */
  readonly pacing?: Pacing | undefined
  readonly ipxeDirectory?: string
  readonly dataDirectory: string
  readonly logLevel: string
  readonly palette?: PaletteOptions
  readonly vsphere?: VsphereFlags
}
