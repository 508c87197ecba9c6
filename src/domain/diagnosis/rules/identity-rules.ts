import { type Rule, times } from '../rule.ts'

/** More than one machine in the name of a host, or one that looks like more. */
export const IDENTITY_RULES = [
  {
    id: 'another-machine',
    evenMoving: true,
    explain: ({ phase, strangers }) => {
      if (!strangers || !isOnItsWay(phase)) return undefined
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
    id: 'two-machines',
    evenMoving: true,
    explain: ({ phase, installs, addressChanges = 0, bootAddresses: [address] }) => {
      // Once is a new lease; there and back again are two machines, each of which begins anew what the other had begun.
      if (!isOnItsWay(phase) || addressChanges < 2) return undefined
      return {
        seen: `it began its boot ${times(installs)}, each time from another address than before, last from ${address}`,
        cause:
          'two machines take turns in its name: a copied virtual machine, or a MAC address that is there twice',
        check: [
          'find the other machine by its address and change its MAC address or UUID',
          'edgeboot host show NAME lists the addresses',
          'where it is one machine, let its DHCP server give it the same address every time',
        ],
      }
    },
  },
  {
    id: 'config-refused',
    evenMoving: true,
    explain: ({ phase, configRefusals, bootAddresses }) => {
      if (!configRefusals || !isOnItsWay(phase)) return undefined
      return {
        seen: `its configuration was asked for ${times(configRefusals.count)} from ${configRefusals.address} and refused: its boot belongs to ${bootAddresses.join(', ')}`,
        cause:
          'its live system goes out by another card or address than its firmware, a proxy or NAT is between them, or it is another machine',
        check: [
          'let its DHCP server give firmware and live system the same address',
          'ip= and BOOTIF= in its kernel line choose the card',
          'find out whose address that is',
        ],
      }
    },
  },
  {
    id: 'config-fetched-twice',
    explain: ({ phase, configAddresses = [] }) =>
      (phase === 'config' || phase === 'installing') && configAddresses.length > 1
        ? {
            seen: `its configuration was fetched from ${configAddresses.length} addresses: ${configAddresses.join(', ')}`,
            cause:
              'two machines with the same MAC address share this boot, or its live system has two addresses',
            check: [
              'find out whose addresses these are',
              'give the other machine a MAC address and UUID of its own',
            ],
          }
        : undefined,
  },
] as const satisfies readonly Rule[]

function isOnItsWay(phase: string): boolean {
  return !['defined', 'ready', 'failed', 'disk-boot', 'installed'].includes(phase)
}
