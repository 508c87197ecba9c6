import { Failure } from '../../domain/failure.ts'

/** The oldest QEMU whose options and commands we use all work: Debian 11 and Ubuntu 20.10 have a newer one. */
const OLDEST = '5.0'

/** True when `version` (`7.2.22`) is `wanted` (`7.1`) or newer. A version nobody can read counts as new. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [major, minor] = numbersOf(version)
  const [wantedMajor, wantedMinor] = numbersOf(wanted)
  if (major === undefined || wantedMajor === undefined) return true
  return major === wantedMajor ? (minor ?? 0) >= (wantedMinor ?? 0) : major > wantedMajor
}

/** The version in what `--version` prints. Failure `tool.failed` when it is older than we can work with. */
export function parseQemuVersion(text: string): string {
  const version = /version (\d+\.\d+(\.\d+)?)/.exec(text)?.[1]
  if (version === undefined) return 'of unknown version'
  if (isAtLeast(version, OLDEST)) return version
  throw new Failure(
    'tool.failed',
    `QEMU ${version} is too old, ${OLDEST} or newer is needed; ` +
      'install it from a newer release of your system or its backports (apt-get install qemu-system-x86)',
    { version },
  )
}

function numbersOf(version: string): readonly number[] {
  return (/^\d+\.\d+/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number)
}
