import { type CertificateKind, httpsBootProblem } from './tls-clients.ts'

/** Instruction sets for which a signed iPXE and its shim are published. */
export type SecureBootArchitecture = 'x64' | 'arm64'

/** The drivers of the second stage: iPXE's own for many cards, or those of the firmware. */
export type SecureBootLoader = 'snponly' | 'ipxe'

/** The files of one signed chain. All lie in one folder, beside the script. */
export interface SecureBootChain {
  /** Folder in iPXE's release `ipxeboot.tar.gz`, and that under which the files are served. */
  readonly folder: string
  /** The shim, as the release names it. */
  readonly shim: string
  /** Path of the shim as hosts get it. From this name it finds out what to load next. */
  readonly bootFile: string
  /** What the shim loads, from the same folder: it takes `-shimx64` out of its own name. */
  readonly next: string
  /** What iPXE 2.0 runs by itself, from the same folder. */
  readonly script: string
}

const CHAINS = {
  x64: { folder: 'x86_64-sb', shim: 'shimx64.efi', suffix: '-shimx64.efi' },
  arm64: { folder: 'arm64-sb', shim: 'shimaa64.efi', suffix: '-shimaa64.efi' },
} as const

/**
 * Names as iPXE's release and its shim want them (https://github.com/ipxe/shim, README and `shim.c`; the folders of
 * `ipxeboot.tar.gz` of iPXE 2.0). The shim learns its own name from the field `file` of the DHCP answer, not from option 67; with
 * the field empty it asks for `ipxe.efi` at the top of the server (ipxe/ipxe#1684).
 */
export function secureBootChain(
  architecture: SecureBootArchitecture,
  loader: SecureBootLoader = 'snponly',
): SecureBootChain {
  const { folder, shim, suffix } = CHAINS[architecture]
  return {
    ...{ folder, shim },
    bootFile: `${folder}/${loader}${suffix}`,
    next: `${folder}/${loader}.efi`,
    script: `${folder}/autoexec.ipxe`,
  }
}

/** What can be seen of an EFI file without trusting it. */
export interface EfiFileFacts {
  /** Absent for machines that nobody boots. */
  readonly architecture?: SecureBootArchitecture
  readonly isApplication: boolean
  /** It carries a signature; whose, and whether it is right, is for the firmware to find out. */
  readonly isSigned: boolean
}

/** What is asked for, and what there is for it. */
export interface SecureBootWish {
  readonly firmware: 'bios' | 'uefi'
  readonly architecture: SecureBootArchitecture
  readonly scheme: 'http' | 'https'
  /** Of the HTTPS listener, if there is one. */
  readonly certificate?: CertificateKind | undefined
  /** The shim and what it loads; absent: there is no such file, `unreadable`: it is no EFI file. */
  readonly files: Readonly<Partial<Record<'shim' | 'next', EfiFileFacts | 'unreadable'>>>
}

/** Everything why hosts cannot boot like that with Secure Boot on, each a sentence with what would be right. */
export function checkSecureBoot(wish: SecureBootWish): readonly string[] {
  const { firmware, architecture, scheme, certificate, files } = wish
  if (firmware === 'bios') return ['is to boot with Secure Boot, which BIOS does not have; use firmware uefi']
  const chain = secureBootChain(architecture)
  const problems = [
    fileProblem(`${chain.folder}/${chain.shim}`, architecture, files.shim),
    fileProblem(chain.next, architecture, files.next),
    scheme === 'https'
      ? httpsBootProblem({ firmware, secureBoot: true, certificate, ipxeTrustsAuthority: false })
      : undefined,
  ]
  return problems.filter((problem) => problem !== undefined)
}

const REMEDY = "unpack ipxeboot.tar.gz of iPXE's release 2.0 or later into the folder of --ipxe"

function fileProblem(
  name: string,
  architecture: SecureBootArchitecture,
  file: EfiFileFacts | 'unreadable' | undefined,
): string | undefined {
  const wrong = `is to boot with Secure Boot, but ${name}`
  if (!file) return `${wrong} is not there; ${REMEDY}`
  if (file === 'unreadable' || !file.isApplication) return `${wrong} is no EFI application; ${REMEDY}`
  if (file.architecture !== architecture) {
    return `${wrong} is for ${file.architecture ?? 'another architecture'}, not ${architecture}; ${REMEDY}`
  }
  if (file.isSigned) return undefined
  return `${wrong} is not signed, so firmware or shim refuse it: an iPXE that you build yourself is not; ${REMEDY}`
}
