import type { Life } from './life.ts'
import type { Phase } from './phase.ts'

/**
 * Silence after which a host counts as stalled, per phase, in milliseconds. Generous: firmware and installers of
 * slow machines take their time, and a warning that is wrong is soon not read any more.
 */
export const PATIENCE_MS: Readonly<Record<Phase, number | undefined>> = {
  defined: undefined,
  starting: 60_000,
  firmware: 180_000,
  script: 60_000,
  kernel: 60_000,
  // The kernel boots in it, on slow machines for minutes.
  initrd: 180_000,
  rootfs: 120_000,
  config: 300_000,
  installing: 1_200_000,
  installed: 180_000,
  'disk-boot': 600_000,
  ready: undefined,
  failed: undefined,
}

/** How long nothing was heard of the host and nothing changed, in milliseconds. */
export function silenceMs(life: Life, now: number): number {
  return Math.max(0, now - Math.max(life.since, life.lastSeen))
}

/** The likely reason why a host does not get on, in a sentence with what to look at. */
export function diagnose(life: Life): string {
  const { kernel, initrd, rootfs } = life.transfers
  switch (life.phase) {
    case 'defined':
      return 'its machine has not been switched on yet'
    case 'starting':
      return 'its machine was switched on but does not run; look at the log of the hypervisor'
    case 'firmware':
      return (
        'its machine runs but has not asked for a boot script: no DHCP answer, wrong network or VLAN, a firewall ' +
        'in front of the boot port, or the boot media did not start; a screenshot of its console tells which'
      )
    case 'script':
      return 'it got its boot script but has not asked for the kernel: the server address in the script may not be reachable from its network'
    case 'kernel':
    case 'initrd': {
      const transfer = life.phase === 'kernel' ? kernel : initrd
      return transfer?.finishedAt
        ? `it has the ${life.phase} but went silent: ${whyKernelIsSilent(life.phase)}`
        : `the download of the ${life.phase} has stopped ${share(transfer)}: look at the network between it and this server`
    }
    case 'rootfs':
      return whyRootfs(rootfs)
    case 'config':
      return (
        'it has its configuration but does not report its installation: no install section, a header the installer ' +
        'does not accept, a disk it refuses, or it cannot reach this server to phone home; its console (tty1) says which'
      )
    case 'installing':
      return 'its installation takes unusually long: a slow or failing disk, or a hook of the user-data that waits for something'
    case 'installed':
      return 'it has installed but neither switched itself off nor rebooted: set install.poweroff or install.reboot in the user-data'
    case 'disk-boot':
      return (
        'it boots from its disk but has not proven that it is ready: the disk may not be bootable with this ' +
        'firmware, its network may differ after the installation, or the readiness probe asks for something it does not offer'
      )
    case 'ready':
      return 'nothing is wrong with it'
    case 'failed':
      return life.failure?.reason ?? 'it failed'
  }
}

function whyKernelIsSilent(phase: 'kernel' | 'initrd'): string {
  return phase === 'kernel'
    ? 'the initrd was not asked for, so the address may have been lost or the script was stopped at the console'
    : 'the kernel may have panicked, or its initrd has no driver for the network card'
}

function whyRootfs(rootfs: Life['transfers']['rootfs']): string {
  if (rootfs?.finishedAt) {
    return (
      'it has the whole root file system but did not fetch its configuration: too little memory to hold it, the live ' +
      'system gave up waiting (rd.immucore.sysrootwait), or the installer was not started (install-mode)'
    )
  }
  if (rootfs && rootfs.attempts > 1) {
    return (
      `it began the root file system ${rootfs.attempts} times, last stopped ${share(rootfs)}: too little memory to ` +
      'hold it (curl error 23 on its console), or an unreliable network'
    )
  }
  return `the download of the root file system has stopped ${share(rootfs)}: look at the network between it and this server`
}

function share(transfer: Life['transfers']['rootfs']): string {
  if (!transfer || transfer.total === 0) return 'before it began'
  return `at ${Math.floor((100 * transfer.bytes) / transfer.total)} % of ${transfer.total} bytes`
}
