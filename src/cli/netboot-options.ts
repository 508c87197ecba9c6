import type { Command } from 'commander'
import { parseDurationMs } from '../domain/duration.ts'
import { Failure } from '../domain/failure.ts'
import type { MacAddress } from '../domain/mac-address.ts'
import { INSTALLED_POLICIES, type InstalledPolicy } from '../domain/netboot/decide-answer.ts'
import { parseIpv4 } from '../domain/netboot/ipv4.ts'
import {
  DHCP_MODES,
  type DhcpMode,
  type NetbootSettings,
  parseLeaseRange,
  parseReservation,
} from '../domain/netboot/netboot-settings.ts'
import { choice, parsePort } from './installer-options.ts'
import { parsedOption } from './settings.ts'

/** Options by which firmware is answered that boots from the network. */
export interface NetbootValues {
  readonly dhcp: DhcpMode
  readonly dhcpInterface: readonly string[]
  readonly dhcpInstalled: InstalledPolicy
  readonly dhcpRange?: { readonly first: string; readonly last: string }
  readonly dhcpRouter?: string
  readonly dhcpDns: readonly string[]
  readonly dhcpLease: number
  readonly dhcpReserve: readonly string[]
  readonly tftpPort: number | 'off' | 'auto'
  readonly tftpMode: 'single-port' | 'usual'
}

const TFTP_PORT = 69
const HOUR_MS = 3_600_000

/** Adds them to a command. */
export function addNetbootOptions(command: Command): Command {
  return command
    .addOption(
      choice('--dhcp <mode>', 'how firmware that boots from the network is answered', DHCP_MODES, 'off'),
    )
    .option(
      '--dhcp-interface <name...>',
      'network interfaces it is answered on (default: all but loopback)',
      [],
    )
    .addOption(
      choice(
        '--dhcp-installed <policy>',
        'installed hosts that ask: no answer, or a script that boots their disk',
        INSTALLED_POLICIES,
        'ignore',
      ),
    )
    .addOption(
      parsedOption(
        '--dhcp-range <first-last>',
        'addresses to hand out, for --dhcp authoritative',
        parseLeaseRange,
      ),
    )
    .addOption(parsedOption('--dhcp-router <address>', 'default gateway told with them', parseAddress))
    .option('--dhcp-dns <address...>', 'DNS servers told with them', [])
    .addOption(
      parsedOption('--dhcp-lease <span>', 'how long they are good for', parseLease).default(HOUR_MS, '1h'),
    )
    .option('--dhcp-reserve <mac=address...>', 'cards that always get the same address', [])
    .addOption(
      parsedOption(
        '--tftp-port <port>',
        'UDP port of TFTP, or off (default: 69 where --dhcp is on)',
        parseTftpPort,
      ).default('auto', '69 with --dhcp'),
    )
    .addOption(
      choice(
        '--tftp-mode <mode>',
        'single-port works behind NAT and firewalls; usual answers each transfer from a port of its own',
        ['single-port', 'usual'],
        'single-port',
      ),
    )
}

/** Failure `usage.invalid`. */
export function netbootOf(values: NetbootValues): NetbootSettings {
  const { dhcp, tftpPort } = values
  const port = tftpPort === 'auto' ? (dhcp === 'off' ? undefined : TFTP_PORT) : tftpPort
  if (dhcp !== 'authoritative' && (values.dhcpRange || values.dhcpReserve.length > 0)) {
    throw new Failure('usage.invalid', '--dhcp-range and --dhcp-reserve go with --dhcp authoritative')
  }
  return {
    dhcp,
    installed: values.dhcpInstalled,
    interfaces: values.dhcpInterface,
    range: values.dhcpRange,
    router: values.dhcpRouter,
    dns: values.dhcpDns,
    leaseSeconds: Math.round(values.dhcpLease / 1000),
    reservations: new Map<MacAddress, string>(values.dhcpReserve.map(parseReservation)),
    tftpPort: port === 'off' ? undefined : port,
    tftpMode: values.tftpMode,
  }
}

function parseTftpPort(text: string): number | 'off' {
  return text === 'off' ? 'off' : parsePort(text)
}

function parseAddress(text: string): string {
  if (parseIpv4(text) !== undefined) return text
  throw new Failure('usage.invalid', `${text.slice(0, 80)} is no IPv4 address`)
}

/** From two minutes to a week; shorter ones would keep every client busy with renewing. */
function parseLease(text: string): number {
  const ms = parseDurationMs(text, '--dhcp-lease')
  if (ms >= 120_000 && ms <= 7 * 24 * HOUR_MS) return ms
  throw new Failure(
    'usage.invalid',
    `lease ${text.slice(0, 40)}: expected a span from 2m to 168h, for example 1h`,
  )
}
