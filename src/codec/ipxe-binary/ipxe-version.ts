/** A version as iPXE carries it, ending in NUL: `2.0.0+dfsg-5`, `1.21.1+ (g83449)`. */
const VERSION = /^[1-9]\d?\.\d{1,3}\.\d{1,3}(?:\+[\w.~-]*)?(?: \(g[0-9a-f]{4,40}\))?(?=[^\x20-\x7e])/
const LONGEST_BYTES = 128
const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39]

/**
 * The version inside an iPXE binary or an image that holds one uncompressed, or `undefined` when it does not show
 * it.
 */
export function findIpxeVersion(bytes: Uint8Array): string | undefined {
  // Images have megabytes: only what stands around a dot is looked at as text.
  for (let dot = bytes.indexOf(DOT); dot !== -1; dot = bytes.indexOf(DOT, dot + 1)) {
    if (!isDigit(bytes[dot - 1])) continue
    const start = isDigit(bytes[dot - 2]) ? dot - 2 : dot - 1
    if (isPrintable(bytes[start - 1])) continue
    const text = String.fromCharCode(...bytes.subarray(start, start + LONGEST_BYTES))
    const version = VERSION.exec(text)?.[0]
    if (version !== undefined) return version
  }
  return undefined
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte <= 0x7e
}

/** True for builds that run `autoexec.ipxe` under UEFI: from 2.0 on. */
export function runsAutoexecOnUefi(version: string): boolean {
  return Number(version.split('.', 1)[0]) >= 2
}

/** Negative when `a` is older than `b`; compares the three leading numbers. */
export function compareIpxeVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[^\d]+/, 3).map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
