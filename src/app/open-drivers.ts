import { openQemuDriver } from '../adapters/hypervisor-qemu/qemu-driver.ts'
import { createVimClient } from '../adapters/hypervisor-vsphere/client/open-vim-client.ts'
import { createInventory } from '../adapters/hypervisor-vsphere/inventory/inventory.ts'
import { readVsphereSettings } from '../adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import { createVsphereDriver } from '../adapters/hypervisor-vsphere/vsphere-driver.ts'
import { Failure } from '../domain/failure.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MachineDriver, MachineDrivers } from '../ports/machine-driver.ts'
import type { VsphereFlags } from './vsphere-flags.ts'

/** What is known of hypervisors that are not on this machine. */
export interface DriverSettings {
  readonly vsphere?: VsphereFlags | undefined
  /** What a driver has to say to people while it works: how an upload gets on, which place it has chosen. */
  readonly tell?: ((text: string) => void) | undefined
}

/** Said where no option of the command line was, and so nothing has been said yet. */
export const UNCHECKED_BY_ENVIRONMENT =
  'WARNING: GOVC_INSECURE: the certificate of the vCenter is not checked: whoever is in between reads the password'

export interface DriversOptions extends DriverSettings {
  readonly machinesDirectory: string
  /** For what the next process has to know of machines elsewhere. */
  readonly vsphereDirectory: string
  /** Id of the data directory, in the marks of its machines. */
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
}

/** Every driver that is set up here. Disposing lets go of them and leaves their machines as they are. */
export async function openDrivers(options: DriversOptions): Promise<MachineDrivers & AsyncDisposable> {
  const { machinesDirectory, log } = options
  await using parts = new AsyncDisposableStack()
  const drivers: MachineDriver[] = [parts.use(await openQemuDriver({ directory: machinesDirectory, log }))]
  const vsphere = await openVsphere(options)
  if (vsphere?.driver) drivers.push(parts.use(vsphere.driver))
  const kept = parts.move()
  return {
    kinds: drivers.map(({ kind }) => kind),
    of: (kind) => {
      if (kind === 'vsphere') vsphere?.asked()
      const driver = drivers.find((one) => one.kind === kind)
      if (driver) return driver
      const needs =
        kind === 'vsphere'
          ? '; set GOVC_URL, GOVC_USERNAME and GOVC_PASSWORD, or give --vsphere-url, where the machines are driven'
          : ''
      throw new Failure(
        'driver.unknown',
        `there is no driver ${kind.slice(0, 40)} here; there is ${drivers.map((one) => one.kind).join(', ')}${needs}`,
      )
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

interface OpenVsphere {
  readonly driver?: MachineDriver
  /** Says what those have to know who need the driver. Failure `usage.invalid` when the environment is wrong. */
  asked(): void
}

/**
 * The driver for vSphere where its address is given, by flag or GOVC_URL; it connects when it is first needed. What is
 * wrong with the environment is told only to those who need the driver: it may be there for govc alone.
 */
async function openVsphere(options: DriversOptions): Promise<OpenVsphere | undefined> {
  const { vsphere = {}, vsphereDirectory, owner, clock, log, tell = () => undefined } = options
  const isAsked = Object.values(vsphere).some(Boolean)
  const settings = await readVsphereSettings(process.env, vsphere).catch((error: unknown) => {
    if (isAsked || !(error instanceof Failure)) throw error
    return error
  })
  if (settings instanceof Failure) {
    return {
      asked: () => {
        throw settings
      },
    }
  }
  if (!settings) return undefined
  // The flag was said aloud when it was read.
  let warning = settings.trust.kind === 'none' && !vsphere.insecure ? UNCHECKED_BY_ENVIRONMENT : undefined
  const client = createVimClient(settings, { clock, log })
  return {
    driver: createVsphereDriver({
      client,
      inventory: createInventory(client, clock),
      defaults: settings.defaults,
      owner,
      directory: vsphereDirectory,
      clock,
      log,
      tell,
    }),
    asked: () => {
      if (warning) tell(warning)
      warning = undefined
    },
  }
}
