import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createVimClient } from '../../src/adapters/hypervisor-vsphere/client/open-vim-client.ts'
import { createInventory } from '../../src/adapters/hypervisor-vsphere/inventory/inventory.ts'
import { readVsphereSettings } from '../../src/adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import type { VsphereDefaults } from '../../src/adapters/hypervisor-vsphere/settings/vsphere-settings.ts'
import { createVsphereDriver } from '../../src/adapters/hypervisor-vsphere/vsphere-driver.ts'
import type { MachineSpec } from '../../src/domain/machine.ts'
import type { MachineDriver } from '../../src/ports/machine-driver.ts'
import { aSpec } from './a-host.ts'
import { createSilentLog } from './silent-log.ts'

/** Where machines of the lab's vCenter go. */
export const LAB_PLACES: VsphereDefaults = { cluster: 'DC0_C0', network: 'VM Network' }

/** The driver on a lab vCenter, as the program opens it. */
export async function openDriverOn(
  environment: Readonly<Record<string, string>>,
  options: {
    readonly directory: string
    readonly owner?: string
    readonly defaults?: VsphereDefaults
    readonly tell?: (text: string) => void
  },
): Promise<MachineDriver> {
  const { directory, owner = 'owner-1', defaults = LAB_PLACES, tell = () => undefined } = options
  const settings = await readVsphereSettings(environment, {})
  if (!settings) throw new Error('the environment names no server')
  const parts = { clock: createSystemClock(), log: createSilentLog() }
  const client = createVimClient(settings, parts)
  const inventory = createInventory(client, parts.clock)
  return createVsphereDriver({ ...parts, client, inventory, defaults, owner, directory, tell })
}

/** A machine in vSphere; state only what matters. */
export function aVsphereSpec(given: Partial<MachineSpec> = {}): MachineSpec {
  return aSpec({
    network: { kind: 'named', name: '' },
    assignsMac: true,
    memoryMiB: 1024,
    diskGiB: 2,
    probePorts: [],
    ...given,
  })
}
