import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createVimClient } from '../adapters/hypervisor-vsphere/client/open-vim-client.ts'
import { createInventory } from '../adapters/hypervisor-vsphere/inventory/inventory.ts'
import { createMediaCleaner } from '../adapters/hypervisor-vsphere/media/clean-media.ts'
import { readVsphereSettings } from '../adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { Failure } from '../domain/failure.ts'
import type { CleanedFile, CleanOptions } from '../ports/media-cleaner.ts'
import { UNCHECKED_BY_ENVIRONMENT } from './open-drivers.ts'
import type { VsphereFlags } from './vsphere-flags.ts'

export type { CleanedFile } from '../ports/media-cleaner.ts'

/** Removes the boot media on datastores that no machine uses. Failure `usage.invalid` before anything is looked at. */
export async function* cleanMedia(
  options: CleanOptions & {
    readonly vsphere: VsphereFlags
    readonly datacenter?: string | undefined
    readonly datastore?: string | undefined
    readonly logLevel: string
  },
  signal: AbortSignal,
): AsyncIterable<CleanedFile> {
  const settings = await readVsphereSettings(process.env, options.vsphere)
  if (!settings)
    throw new Failure('usage.invalid', 'which vCenter or ESXi? Give --vsphere-url or set GOVC_URL')
  // The flag was said aloud when it was read.
  if (settings.trust.kind === 'none' && !options.vsphere.insecure) options.note(UNCHECKED_BY_ENVIRONMENT)
  const clock = createSystemClock()
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  await using client = createVimClient(settings, { clock, log })
  const where = {
    datacenter: options.datacenter ?? settings.defaults.datacenter,
    datastore: options.datastore ?? settings.defaults.datastore,
  }
  yield* createMediaCleaner({ client, inventory: createInventory(client, clock), where }).clean(
    options,
    signal,
  )
}
