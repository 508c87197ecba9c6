import { runsAutoexecOnUefi } from '../../codec/ipxe-binary/ipxe-version.ts'
import type { NetbootArchitecture } from '../../domain/netboot/architecture.ts'
import type { FirmwareCatalogue, FirmwareImage } from '../../ports/firmware-catalogue.ts'

/** Architectures that nearly every site has; for others nobody misses an image. */
const USUAL: readonly NetbootArchitecture[] = ['x86-bios', 'x64-uefi', 'arm64-uefi']
const REMEDY =
  'iPXE 2.0 is in the package ipxe of Debian unstable; in a checkout tools/setup.sh fetches it, otherwise name its folder with --ipxe'
/** Hex digits of a digest that are shown; enough to compare by eye. */
const SHOWN_DIGITS = 12

/** What is handed out to which architecture, and what is missing or too old, each a line for people. */
export function describeFirmware(catalogue: FirmwareCatalogue): {
  readonly offered: readonly string[]
  readonly problems: readonly string[]
} {
  const offered: string[] = []
  const problems: string[] = []
  const architectures = new Set([...USUAL, ...catalogue.images().map(({ architecture }) => architecture)])
  for (const architecture of architectures) {
    const image = catalogue.images().find((one) => one.architecture === architecture && !one.isChosenOnly)
    if (image) offered.push(`${architecture}: ${describe(image)}`)
    else if (USUAL.includes(architecture))
      problems.push(`there is no firmware image for ${architecture}; ${REMEDY}`)
    if (image && isTooOld(image))
      problems.push(
        `${image.name} is iPXE ${image.version}, which does not run autoexec.ipxe: it finds its script only where --dhcp answers it once more; ${REMEDY}`,
      )
  }
  return { offered, problems }
}

/** Packed builds, which are those for BIOS, do not show their version. */
function isTooOld({ version, name }: FirmwareImage): boolean {
  return version !== undefined && name.endsWith('.efi') && !runsAutoexecOnUefi(version)
}

function describe({ name, version, sha256 }: FirmwareImage): string {
  return `${name}, iPXE ${version ?? 'of a version it does not show'}, sha256 ${sha256.slice(0, SHOWN_DIGITS)}…`
}
