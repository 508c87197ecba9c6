import { openQemuDriver } from '../adapters/hypervisor-qemu/qemu-driver.ts'
import { Failure } from '../domain/failure.ts'
import type { Log } from '../ports/log.ts'
import type { MachineDriver, MachineDrivers } from '../ports/machine-driver.ts'
import { readVsphereFlags, type VsphereFlags } from './vsphere-flags.ts'

/** What is known of hypervisors that are not on this machine. */
export interface DriverSettings {
  readonly vsphere?: VsphereFlags | undefined
  /** What a driver has to say to people while it works: how an upload gets on, which place it has chosen. */
  readonly tell?: ((text: string) => void) | undefined
}

/** Every driver that is set up here. Disposing lets go of them and leaves their machines as they are. */
export async function openDrivers(
  options: DriverSettings & { readonly machinesDirectory: string; readonly log: Log },
): Promise<MachineDrivers & AsyncDisposable> {
  const { machinesDirectory, log } = options
  await using parts = new AsyncDisposableStack()
  const drivers: MachineDriver[] = [parts.use(await openQemuDriver({ directory: machinesDirectory, log }))]
  for (const driver of await openVsphere(options)) drivers.push(parts.use(driver))
  const kept = parts.move()
  return {
    kinds: drivers.map(({ kind }) => kind),
    of: (kind) => {
      const driver = drivers.find((one) => one.kind === kind)
      if (driver) return driver
      const needs =
        kind === 'vsphere' ? '; give --vsphere-url or set GOVC_URL where the machines are driven' : ''
      throw new Failure(
        'driver.unknown',
        `there is no driver ${kind.slice(0, 40)} here; there is ${drivers.map((one) => one.kind).join(', ')}${needs}`,
      )
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** The driver for vSphere where its address is given, by flag or GOVC_URL. */
async function openVsphere({
  vsphere = {},
}: DriverSettings & { readonly log: Log }): Promise<readonly MachineDriver[]> {
  if (!vsphere.url && !process.env['GOVC_URL']) return []
  await readVsphereFlags(vsphere)
  return []
}
