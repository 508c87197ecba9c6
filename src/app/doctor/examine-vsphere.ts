import { reachableAddresses } from '../../adapters/host-network/interface-address.ts'
import { createVimClient } from '../../adapters/hypervisor-vsphere/client/open-vim-client.ts'
import { createVsphereExaminer } from '../../adapters/hypervisor-vsphere/doctor/examine-vsphere.ts'
import { createInventory } from '../../adapters/hypervisor-vsphere/inventory/inventory.ts'
import type { VsphereSettings } from '../../adapters/hypervisor-vsphere/settings/vsphere-settings.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ExamineWish } from '../../ports/driver-examiner.ts'
import type { Log } from '../../ports/log.ts'

/** Looks at a vCenter or ESXi, over a connection of its own that ends with it. */
export async function* examineVsphere(
  settings: VsphereSettings,
  wish: ExamineWish,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): AsyncIterable<Finding> {
  await using client = createVimClient(settings, { clock, log })
  const inventory = createInventory(client, clock)
  const ownAddress = reachableAddresses()[0]
  yield* createVsphereExaminer({ client, inventory, settings, clock }).examine(
    { ...wish, ownAddress },
    signal,
  )
}
