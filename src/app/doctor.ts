import { resolve } from 'node:path'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { NEEDED_PRIVILEGES } from '../adapters/hypervisor-vsphere/doctor/privileges.ts'
import { readVsphereSettings } from '../adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import type { ArtifactRole } from '../domain/artifact.ts'
import type { Finding } from '../domain/doctor/finding.ts'
import type { NeededPort } from '../domain/doctor/firewall.ts'
import { Failure } from '../domain/failure.ts'
import { requireVsphereOptions } from '../domain/vsphere-options.ts'
import type { BootTlsOptions } from './boot-tls.ts'
import { stepsOf } from './doctor/examination.ts'
import { examineVsphere } from './doctor/examine-vsphere.ts'
import { lookAtDataDirectory } from './doctor/held-directory.ts'
import { type Plans, readPlans, STANDARD_MACHINE } from './doctor/plans.ts'
import { runSteps, type Step } from './doctor/steps.ts'
import { type PaletteOptions, readPaletteSettings } from './palette.ts'
import type { VsphereFlags } from './vsphere-flags.ts'

export type { Finding } from '../domain/doctor/finding.ts'

export interface DoctorOptions {
  readonly dataDirectory: string
  readonly bootHost?: string | undefined
  readonly bootPort?: number | undefined
  readonly advertise?: string | undefined
  readonly bootTls?: BootTlsOptions | undefined
  readonly ipxeDirectory?: string | undefined
  /** Which driver is to be looked at besides this computer. */
  readonly driver?: 'qemu' | 'vsphere' | undefined
  readonly vsphere: VsphereFlags
  /** Where machines go, by the names of domain/vsphere-options.ts, and `network`. */
  readonly places: Readonly<Record<string, string>>
  readonly count: number
  readonly diskGiB: number
  /** Of each machine; absent: as `up` makes them. */
  readonly memoryMiB?: number | undefined
  /** An ISO that hosts are to be installed from, besides those that are known. */
  readonly iso?:
    | { readonly path: string; readonly paths?: Readonly<Record<ArtifactRole, string>> | undefined }
    | undefined
  /** False: no DHCPDISCOVER is sent. */
  readonly asksForDhcp: boolean
  /** Cards it is sent on; empty: all of them. */
  readonly dhcpInterfaces: readonly string[]
  readonly palette: PaletteOptions
  readonly logLevel: string
}

/** What firmware comes to, where a server is asked to answer it. */
const OPTIONAL_PORTS: readonly NeededPort[] = [
  { protocol: 'udp', port: 67, onlyFor: 'for --dhcp' },
  { protocol: 'udp', port: 4011, onlyFor: 'for --dhcp' },
  { protocol: 'udp', port: 69, onlyFor: 'for --dhcp' },
  { protocol: 'udp', port: 514, onlyFor: 'for --syslog-port' },
]

/**
 * Looks at everything, one finding after the other; `begin` is told what comes next. Failure `usage.invalid` before the
 * first.
 */
export async function* doctor(
  options: DoctorOptions,
  observer: { begin(title: string): void },
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const clock = createSystemClock()
  const { network: _, ...places } = options.places
  requireVsphereOptions(places)
  const vsphere =
    options.driver === 'vsphere' ? await readVsphereSettings(process.env, options.vsphere) : undefined
  if (options.driver === 'vsphere' && !vsphere)
    throw new Failure('usage.invalid', 'which vCenter or ESXi? Give --vsphere-url or set GOVC_URL')
  const palette = await paletteOf(options.palette)
  const held = await lookAtDataDirectory({ ...options, log })
  const kept = await readPlans({ dataDirectory: resolve(options.dataDirectory), log })
  const steps = stepsOf({
    ...options,
    ...{ held, palette, clock, log, random: createCryptoRandom() },
    needsQemu: options.driver === 'qemu',
    // A server takes the port again that it had before.
    bootPort: options.bootPort ?? kept.bootPort,
    plans: withWish(kept.plans, options),
    ports: OPTIONAL_PORTS,
  })
  if (kept.finding) yield kept.finding
  yield* runSteps(
    [...steps, ...(vsphere ? [vsphereStep(vsphere)] : [])],
    { begin: observer.begin, log },
    signal,
  )

  function vsphereStep(settings: NonNullable<typeof vsphere>): Step {
    return {
      title: 'vSphere',
      examine: (inside) => examineVsphere(settings, options, { clock, log }, inside),
    }
  }
}

/** Only where somebody set it up. */
async function paletteOf(palette: PaletteOptions) {
  const settings = await readPaletteSettings(palette)
  const isAsked = settings.apiKey !== undefined || Object.values(palette).some((value) => value !== undefined)
  return isAsked ? settings : undefined
}

/** What was asked for on the command line goes beside, or before, what the fleet says. */
function withWish(
  plans: Plans,
  {
    driver,
    count,
    diskGiB,
    memoryMiB,
    iso,
  }: Pick<DoctorOptions, 'driver' | 'count' | 'diskGiB' | 'memoryMiB' | 'iso'>,
): Plans {
  const memory = memoryMiB ?? STANDARD_MACHINE.memoryMiB
  const wish =
    driver === 'qemu'
      ? { machines: { count, memoryMiB: count * memory, diskGiB: count * diskGiB }, mayRun: false }
      : {}
  if (!iso) return { ...plans, ...wish }
  const isoPath = resolve(iso.path)
  const hosts =
    memoryMiB === undefined ? [] : [{ name: count === 1 ? 'each host' : `each of ${count} hosts`, memoryMiB }]
  const wished = { name: iso.path, isoPath, paths: iso.paths, hosts }
  return { ...plans, ...wish, installers: [wished, ...plans.installers] }
}

/** The least role that does the work on vSphere. */
export interface VsphereRole {
  /** Ids of the API, in their order. */
  readonly privileges: readonly string[]
  /** Makes it with govc. */
  readonly command: string
}

export function vsphereRole(): VsphereRole {
  const privileges = NEEDED_PRIVILEGES.map(({ id }) => id).toSorted()
  // Every role has these three; the server refuses to be told.
  const chosen = privileges.filter((id) => !id.startsWith('System.'))
  return { privileges, command: `govc role.create edgeboot ${chosen.join(' ')}` }
}
