import { openQemuDriver } from '../adapters/hypervisor-qemu/qemu-driver.ts'
import { createInventory } from '../adapters/hypervisor-vsphere/inventory.ts'
import { createVimClient } from '../adapters/hypervisor-vsphere/open-vim-client.ts'
import { readVsphereSettings } from '../adapters/hypervisor-vsphere/read-vsphere-settings.ts'
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
  if (vsphere) drivers.push(parts.use(vsphere))
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

/** The driver for vSphere where its address is given, by flag or GOVC_URL. It connects when it is first needed. */
async function openVsphere(options: DriversOptions): Promise<MachineDriver | undefined> {
  const { vsphere = {}, vsphereDirectory, owner, clock, log, tell = () => undefined } = options
  const settings = await readVsphereSettings(process.env, vsphere)
  if (!settings) return undefined
  const client = createVimClient(settings, { clock, log })
  return createVsphereDriver({
    client,
    inventory: createInventory(client, clock),
    defaults: settings.defaults,
    owner,
    directory: vsphereDirectory,
    clock,
    log,
    tell,
  })
}
