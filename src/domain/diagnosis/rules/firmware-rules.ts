import type { Life } from '../../life.ts'
import type { Rule } from '../rule.ts'

/** On the way from power-on to the script. */
export const FIRMWARE_RULES = [
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
    explain: (life) => {
      const { netboot } = life
      if (!isInFirmware(life) || !netboot?.answered || !netboot.fetches || netboot.sentAt !== undefined)
        return undefined
      const seen = `its firmware (${netboot.client}) was led to ${netboot.file ?? 'its boot file'} and has not fetched it`
      const others = [
        'look for another server that names a boot file',
        'choose another image for it with bootFile',
      ]
      return netboot.fetches === 'tftp'
        ? {
            seen,
            cause: 'TFTP does not get through, or another DHCP server led it elsewhere',
            check: ['let UDP 69 through in both directions', ...others],
          }
        : {
            seen,
            cause:
              'HTTP does not get through, its firmware does not trust the certificate or allows no plain HTTP, or another DHCP server led it elsewhere',
            check: [
              'let the boot port through (TCP 8080 unless chosen otherwise)',
              'HTTP boot and its certificates in the setup of its firmware',
              ...others,
            ],
          }
    },
  },
  {
    id: 'ipxe-silent',
    explain: (life) =>
      isInFirmware(life) && life.netboot?.sentAt !== undefined
        ? {
            seen: `it has fetched ${life.netboot.file ?? 'its boot file'} and has not asked for its script`,
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
    explain: (life) =>
      isInFirmware(life)
        ? {
            seen: 'its machine runs but has not asked for a boot script',
            cause:
              'no DHCP answer, wrong network or VLAN, a firewall in front of the boot port, the boot order, the boot media did not start, or what was typed at its prompt did not arrive',
            check: [
              'a screenshot of its console tells which (edgeboot host screenshot)',
              'boot media for UEFI need iPXE 2.0 (edgeboot doctor)',
              'edgeboot dhcp watch, where it boots from the network; without any packet of it look for its VLAN and cable',
            ],
          }
        : undefined,
  },
] as const satisfies readonly Rule[]

/** A machine that nobody here switches is in its firmware as soon as that is heard, whatever was known before. */
function isInFirmware({ phase, netboot }: Life): boolean {
  return phase === 'firmware' || (phase === 'defined' && netboot?.answered === true)
}
