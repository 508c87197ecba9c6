import { Failure } from './failure.ts'

const MIB_PER: Readonly<Record<string, number>> = {
  M: 1,
  MIB: 1,
  G: 1024,
  GIB: 1024,
  T: 1024 * 1024,
  TIB: 1024 * 1024,
}

/**
 * A size such as `32GiB`, `2048M` or `1.5TiB` in whole MiB; binary units only, the `iB` may be left out. Failure
 * `usage.invalid` that names `what` and the accepted forms.
 */
export function parseSizeMiB(text: string, what: string): number {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)\s*([A-Za-z]{1,3})$/.exec(text.trim())
  const unit = match && MIB_PER[match[2]?.toUpperCase() ?? '']
  const mib = match && unit ? Number(match[1]) * unit : Number.NaN
  if (!Number.isInteger(mib) || mib < 1) {
    throw new Failure(
      'usage.invalid',
      `${what} ${text}: expected a size with its unit, for example 32GiB or 2048MiB`,
    )
  }
  return mib
}

/** Bytes for people: `1.5 GiB`, `340 MiB`, `12 KiB`, `7 B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
