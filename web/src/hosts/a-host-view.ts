import type { HostView } from '../../../src/contract/hosts.ts'

/** A host as lists show it, for tests. */
export function aHostView(given: Partial<HostView> = {}): HostView {
  return {
    name: 'store-1',
    labels: {},
    driver: 'none',
    phase: 'defined',
    since: 0,
    power: 'unknown',
    installs: 0,
    lastSeen: 0,
    transfers: {},
    ...given,
  }
}

/** In the middle of its root file system. */
export function aDownload(
  given: Partial<HostView> & { bytes: number; total: number; rate: number },
): HostView {
  const { bytes, total, rate, ...rest } = given
  const rootfs = { bytes, total, rate, startedAt: 0, attempts: 1 }
  return aHostView({ phase: 'rootfs', transfers: { rootfs }, ...rest })
}
