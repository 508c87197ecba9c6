import { formatDuration } from '../duration.ts'
import { rootWaitSeconds } from '../kernel-line.ts'
import type { Life, Transfer } from '../life.ts'

interface Explanation {
  readonly seen: string
  readonly cause: string
  readonly check: readonly string[]
}

interface Rule {
  readonly id: string
  /** `undefined` where it does not fit. */
  readonly explain: (life: Life) => Explanation | undefined
}

/** What may keep a host from going on, in the order in which it is looked at. */
export const RULES = [
  {
    id: 'another-machine',
    explain: ({ phase, strangers }) => {
      const isOnItsWay = !['defined', 'ready', 'failed', 'disk-boot', 'installed'].includes(phase)
      if (!strangers || !isOnItsWay) return undefined
      return {
        seen: `another machine, at ${strangers.address}, asked in its name ${times(strangers.count)} and was refused`,
        cause: 'two machines have the same MAC address or UUID, or somebody pretends to be this one',
        check: [
          'compare MAC and UUID of both (edgeboot host show, edgeboot dhcp watch)',
          'correct its match, or arm it again while only the right one is on',
        ],
      }
    },
  },
  {
    id: 'not-switched-on',
    explain: ({ phase }) =>
      phase === 'defined'
        ? {
            seen: 'its machine has not been switched on yet',
            cause: 'nobody has done it, or its turn has not come',
            check: ['edgeboot host show says what it waits for', 'edgeboot host power NAME on'],
          }
        : undefined,
  },
  {
    id: 'hypervisor-silent',
    explain: ({ phase }) =>
      phase === 'starting'
        ? {
            seen: 'its machine was switched on but does not run',
            cause: 'the hypervisor did not start it',
            check: ['look at the log of the hypervisor', 'edgeboot doctor'],
          }
        : undefined,
  },
  {
    id: 'boot-file-refused',
    explain: ({ phase, netboot }) =>
      phase === 'firmware' && netboot?.answered === false
        ? {
            seen: `its firmware asked for a boot file (${netboot.client}) and was not answered: ${netboot.reason}`,
            cause: 'this server decided so',
            check: [
              'edgeboot dhcp watch',
              'arm the host, correct its match, or install the image that is missing',
            ],
          }
        : undefined,
  },
  {
    id: 'boot-file-not-fetched',
    explain: ({ phase, netboot }) =>
      phase === 'firmware' && netboot?.answered && netboot.fetches === 'tftp' && netboot.sentAt === undefined
        ? {
            seen: `its firmware (${netboot.client}) was led to ${netboot.file ?? 'its boot file'} and has not fetched it`,
            cause: 'TFTP does not get through, or another DHCP server led it elsewhere',
            check: [
              'let UDP 69 through in both directions',
              'look for another server that names a boot file',
              'choose another image for it with bootFile',
            ],
          }
        : undefined,
  },
  {
    id: 'ipxe-silent',
    explain: ({ phase, netboot }) =>
      phase === 'firmware' && netboot?.sentAt !== undefined
        ? {
            seen: `it has fetched ${netboot.file ?? 'its boot file'} and has not asked for its script`,
            cause: 'iPXE hangs with this network card, gets no address, or is too old for autoexec.ipxe',
            check: [
              'look at its console',
              'choose the other driver: bootFile: ipxe.efi (its own) or snponly.efi (that of the firmware)',
              'edgeboot doctor says which version is handed out',
            ],
          }
        : undefined,
  },
  {
    id: 'script-not-asked',
    explain: ({ phase }) =>
      phase === 'firmware'
        ? {
            seen: 'its machine runs but has not asked for a boot script',
            cause:
              'no DHCP answer, wrong network or VLAN, a firewall in front of the boot port, the boot order, or the boot media did not start',
            check: [
              'a screenshot of its console tells which (edgeboot host screenshot)',
              'boot media for UEFI need iPXE 2.0 (edgeboot doctor)',
              'edgeboot dhcp watch, where it boots from the network',
            ],
          }
        : undefined,
  },
  {
    id: 'kernel-not-asked',
    explain: ({ phase }) =>
      phase === 'script'
        ? {
            seen: 'it got its boot script but has not asked for the kernel',
            cause: 'the server address in the script cannot be reached from its network',
            check: [
              '--advertise the address that hosts reach this machine by',
              'look at its console for the error of iPXE',
            ],
          }
        : undefined,
  },
  {
    id: 'initrd-not-asked',
    explain: ({ phase, transfers: { kernel } }) =>
      phase === 'kernel' && kernel?.finishedAt !== undefined
        ? {
            seen: 'it has the kernel but has not asked for the initrd',
            cause: 'its address was lost, or the script was stopped at the console',
            check: ['look at its console', 'edgeboot host power NAME reset'],
          }
        : undefined,
  },
  {
    id: 'kernel-silent',
    explain: ({ phase, transfers: { initrd } }) =>
      phase === 'initrd' && initrd?.finishedAt !== undefined
        ? {
            seen: 'it has kernel and initrd but its live system has not asked for the root file system',
            cause: 'the kernel panicked, or its initrd has no driver for the network card',
            check: [
              'look at its console and serial log (edgeboot host logs)',
              'an ISO with the driver for this card, or another card',
              'kernelArgs: console=ttyS0 where nothing is to be seen',
            ],
          }
        : undefined,
  },
  {
    id: 'root-restarts',
    explain: ({ phase, transfers: { rootfs } }) =>
      phase === 'rootfs' && rootfs !== undefined && rootfs.finishedAt === undefined && rootfs.attempts > 1
        ? {
            seen: `it began the root file system ${times(rootfs.attempts)}, last stopped ${share(rootfs)}`,
            cause: 'too little memory to hold it (curl error 23 on its console), or an unreliable network',
            check: [
              'more memory than the root file system and the initrd together need',
              'errors of its switch port and cable',
            ],
          }
        : undefined,
  },
  {
    id: 'download-stopped',
    explain: ({ phase, transfers }) => {
      if (phase !== 'kernel' && phase !== 'initrd' && phase !== 'rootfs') return undefined
      const transfer = transfers[phase]
      if (transfer?.finishedAt !== undefined) return undefined
      const what = phase === 'rootfs' ? 'root file system' : phase
      return {
        seen: `the download of the ${what} has stopped ${share(transfer)}`,
        cause: 'the network between it and this server',
        check: ['its cable, switch port and MTU', 'a proxy or firewall that ends long transfers'],
      }
    },
  },
  {
    id: 'root-wait-too-short',
    explain: ({ phase, transfers: { rootfs } }) => {
      if (phase !== 'rootfs' || rootfs?.finishedAt === undefined) return undefined
      const tookMs = rootfs.finishedAt - rootfs.startedAt
      const waitsMs = rootWaitSeconds(rootfs.total) * 1000
      if (tookMs < waitsMs) return undefined
      return {
        seen: `it took ${formatDuration(tookMs)} to fetch the root file system and did not fetch its configuration`,
        cause: `its live system waits ${formatDuration(waitsMs)} for it and had given up by then`,
        check: ['a faster network', 'a longer wait: kernelArgs add rd.immucore.sysrootwait=SECONDS'],
      }
    },
  },
  {
    id: 'config-not-asked',
    explain: ({ phase }) =>
      phase === 'rootfs'
        ? {
            seen: 'it has the whole root file system but did not fetch its configuration',
            cause:
              'too little memory to run it, or the installer was not started: install-mode or config_url was taken out of the kernel line',
            check: ['its memory', 'its kernel line (edgeboot host show), kernelArgs remove', 'its console'],
          }
        : undefined,
  },
  {
    id: 'installer-silent',
    explain: ({ phase }) =>
      phase === 'config'
        ? {
            seen: 'it has its configuration but does not report its installation',
            cause:
              'no install section, a header the installer does not accept, a disk it refuses, or it cannot reach this server to phone home',
            check: ['its console (tty1) says which', 'edgeboot user-data render shows what it got'],
          }
        : undefined,
  },
  {
    id: 'installation-slow',
    explain: ({ phase }) =>
      phase === 'installing'
        ? {
            seen: 'its installation takes unusually long',
            cause: 'a slow or failing disk, or a hook of the user-data that waits for something',
            check: ['its console', 'install.device and the hooks in its user-data'],
          }
        : undefined,
  },
  {
    id: 'boots-network-again',
    explain: ({ phase, localBoots = 0 }) =>
      (phase === 'installed' || phase === 'disk-boot') && localBoots > 1
        ? {
            seen: `it has installed and asked the network for a script ${times(localBoots)} since; it was sent to its disk each time`,
            cause: 'its disk does not boot, or its firmware comes back to the network whatever it is told',
            check: [
              'put the disk before the network in its boot order',
              'another localBoot for its profile: exit, exit 1, sanboot',
              'UEFI or BIOS, as the installer wrote its boot loader',
            ],
          }
        : undefined,
  },
  {
    id: 'does-not-restart',
    // One that is off has done its part.
    explain: ({ phase, power }) =>
      phase === 'installed' && power !== 'off'
        ? {
            seen: 'it has installed but neither switched itself off nor rebooted',
            cause: 'its user-data does not say so',
            check: [
              'set install.poweroff or install.reboot in the user-data',
              'edgeboot host power NAME reset',
            ],
          }
        : undefined,
  },
  {
    id: 'not-proven-ready',
    explain: ({ phase }) =>
      phase === 'disk-boot'
        ? {
            seen: 'it boots from its disk but has not proven that it is ready',
            cause:
              'it cannot register (token, project, endpoint), its network differs after the installation, the disk is not bootable with this firmware, or the readiness probe asks for something it does not offer',
            check: [
              'its console',
              'edgeHostToken, projectName and paletteEndpoint of its user-data',
              'ready of its profile',
            ],
          }
        : undefined,
  },
] as const satisfies readonly Rule[]

export type RuleId = (typeof RULES)[number]['id']

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function share(transfer: Transfer | undefined): string {
  if (!transfer || transfer.total === 0) return 'before it began'
  return `at ${Math.floor((100 * transfer.bytes) / transfer.total)} % of ${transfer.total} bytes`
}
