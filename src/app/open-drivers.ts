import { openQemuDriver } from '../adapters/hypervisor-qemu/qemu-driver.ts'
import { Failure } from '../domain/failure.ts'
import type { Log } from '../ports/log.ts'
import type { MachineDriver, MachineDrivers } from '../ports/machine-driver.ts'

/** What is known of hypervisors that are not on this machine. */
export type DriverSettings = Readonly<Record<never, never>>

/** Every driver that is set up here. Disposing lets go of them and leaves their machines as they are. */
export async function openDrivers(
  options: DriverSettings & { readonly machinesDirectory: string; readonly log: Log },
): Promise<MachineDrivers & AsyncDisposable> {
  const { machinesDirectory, log } = options
  await using parts = new AsyncDisposableStack()
  const drivers: MachineDriver[] = [parts.use(await openQemuDriver({ directory: machinesDirectory, log }))]
  const kept = parts.move()
  return {
    kinds: drivers.map(({ kind }) => kind),
    of: (kind) => {
      const driver = drivers.find((one) => one.kind === kind)
      if (driver) return driver
      throw new Failure(
        'driver.unknown',
        `there is no driver ${kind.slice(0, 40)} here; there is ${drivers.map((one) => one.kind).join(', ')}`,
      )
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
