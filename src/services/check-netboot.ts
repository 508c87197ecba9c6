import type { DesiredHost } from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import type { Installer } from '../domain/installer.ts'
import {
  checkSecureBoot,
  type SecureBootArchitecture,
  type SecureBootWish,
} from '../domain/netboot/secure-boot.ts'
import { type CertificateKind, httpsBootProblem } from '../domain/netboot/tls-clients.ts'
import type { ShelvedInstaller } from './installer-shelf.ts'

/** What this server has for hosts that boot over HTTPS or with Secure Boot. */
export interface NetbootAbilities {
  /** Of the HTTPS listener for hosts, where there is one. */
  readonly certificate?: CertificateKind | undefined
  readonly ipxeTrustsAuthority: boolean | 'unknown'
  /** The signed files that were found. */
  readonly signed: Readonly<Record<SecureBootArchitecture, SecureBootWish['files']>>
}

/** Neither HTTPS nor signed files. */
export const PLAIN_NETBOOT: NetbootAbilities = { ipxeTrustsAuthority: false, signed: { x64: {}, arm64: {} } }

const WAY_OUT =
  'start with what they need; or with --unbootable wait, which lets them wait until the fleet is corrected with edgeboot apply'

/** Longest list that is shown. */
const MAX_SHOWN = 20

/** Why the host cannot boot as it is to, each a sentence that fits after its name. */
export function netbootProblems(
  { machine, bootScheme: scheme = 'http', secureBoot = false }: DesiredHost,
  { architecture, kernelSigned }: Pick<Installer, 'architecture' | 'kernelSigned'>,
  { certificate, ipxeTrustsAuthority, signed }: NetbootAbilities,
): readonly string[] {
  // What firmware a machine has that nobody makes here shows when it asks.
  const firmware = machine ? (machine.firmware ?? 'bios') : 'uefi'
  if (secureBoot) {
    const chain = architecture === 'arm64' ? 'arm64' : 'x64'
    const wish = { firmware, architecture: chain, scheme, certificate, files: signed[chain] } as const
    return [
      ...mediaProblems(machine),
      ...checkSecureBoot(wish),
      ...(kernelSigned === false ? [UNSIGNED_KERNEL] : []),
    ]
  }
  if (scheme === 'http') return []
  const problem = httpsBootProblem({ firmware, secureBoot, certificate, ipxeTrustsAuthority })
  return problem ? [problem] : []
}

const UNSIGNED_KERNEL =
  'is to boot with Secure Boot, but the kernel of its installer carries no signature; build the installer with a signed one'

/** Our boot media are made of the iPXE images of a distribution, which carry no signature. */
function mediaProblems(machine: DesiredHost['machine']): readonly string[] {
  if (!machine || machine.boot === 'pxe') return []
  return ['is to boot with Secure Boot, but the iPXE on boot media is not signed; use boot pxe']
}

/**
 * For the start of a server: Failure `tls.impossible` when one of these hosts cannot boot as it is to with what this
 * server was started with. What is found out now costs no way to the site.
 */
export function requireBootable(
  hosts: readonly DesiredHost[],
  shelf: { get(name: string): Pick<ShelvedInstaller, 'installer'> | undefined },
  abilities: NetbootAbilities,
): void {
  const problems = hosts.flatMap((host) => {
    const installer = shelf.get(host.installer)?.installer
    if (!installer) return []
    return netbootProblems(host, installer, abilities).map((problem) => `host ${host.name}: ${problem}`)
  })
  if (problems.length === 0) return
  const more = problems.length - MAX_SHOWN
  const shown = [...problems.slice(0, MAX_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])]
  throw new Failure('tls.impossible', [...shown, WAY_OUT].join('\n  '), { hosts: problems.length })
}
