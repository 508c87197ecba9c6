import { type Rule, times } from '../rule.ts'

/** From the configuration to a host that is ready. */
export const INSTALL_RULES = [
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
    evenMoving: true,
    explain: ({ phase, localBoots = 0 }, { silent }) =>
      (phase === 'installed' || phase === 'disk-boot') && localBoots > (silent ? 1 : 2)
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
    id: 'duplicate-registration',
    evenMoving: true,
    explain: ({ phase, probe }) =>
      phase === 'disk-boot' && probe?.duplicate
        ? {
            seen: `it boots from its disk, and Palette has an edge host from before in its place: ${probe.detail}`,
            cause:
              'it, or a machine with the same UUID, was registered earlier; its registration fails as a duplicate',
            check: [
              'delete that edge host in Palette',
              'stylus.site.name in its user-data, where ids are set by hand',
            ],
          }
        : undefined,
  },
  {
    id: 'not-registered',
    explain: ({ phase, probe }) =>
      phase === 'disk-boot' && probe?.probe === 'palette'
        ? {
            seen: `it boots from its disk and is not registered: ${probe.detail}`,
            cause: 'its token, project or endpoint is wrong, or it does not get to Palette from its network',
            check: [
              'edgeHostToken, projectName and paletteEndpoint of its user-data (edgeboot user-data render)',
              'DNS, proxy and firewall between it and Palette, its clock',
              'its console',
            ],
          }
        : undefined,
  },
  {
    id: 'not-proven-ready',
    explain: ({ phase, probe }) =>
      phase === 'disk-boot'
        ? {
            seen: `it boots from its disk but has not proven that it is ready${probe ? `: ${probe.probe} says ${probe.detail}` : ''}`,
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
