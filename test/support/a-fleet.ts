import type { DesiredFleet, DesiredHost } from '../../src/domain/desired-fleet.ts'

/** A wished host with a machine of ours; state only what matters. */
export function aWish(given: Partial<DesiredHost> = {}): DesiredHost {
  return {
    name: 'store-1',
    profile: 'store',
    installer: 'palette',
    match: {},
    labels: {},
    machine: { driver: 'qemu', cpus: 2, memoryMiB: 4096, diskGiB: 20, options: {} },
    kernelArgs: { add: [], remove: [] },
    userData:
      '#cloud-config\nstylus: { managementMode: local }\ninstall: { device: /dev/vda, poweroff: true }\n',
    ready: { kind: 'auto' },
    localBoot: 'auto',
    approve: 'auto',
    timeouts: {},
    phoneHome: true,
    ...given,
  }
}

/** A wished fleet of these hosts. */
export function aFleet(hosts: readonly DesiredHost[], given: Partial<DesiredFleet> = {}): DesiredFleet {
  return {
    installers: [{ name: 'palette', isoPath: '/palette.iso' }],
    profiles: [{ name: 'store' }],
    hosts,
    unknownHosts: { policy: 'ignore' },
    ...given,
  }
}
