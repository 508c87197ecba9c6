import { Failure } from './failure.ts'

const PREFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
}
/** Slower than any network of today: whoever says so means another unit. */
const LEAST_BYTES_PER_SECOND = 12_500
const MOST_BYTES_PER_SECOND = 1000 ** 4

/**
 * A rate such as `900Mbit`, `1.5Gbit/s`, `100MB` or `100MiB/s` in whole bytes a second. Bits are always `bit` and bytes
 * `B`, so that nobody gets an eighth of what was meant, or eight times as much. Failure `usage.invalid` that names `what`.
 */
export function parseRate(text: string, what: string): number {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)\s*([A-Za-z]*)(?:\/s)?$/.exec(text.trim())
  const unit = match?.[2] ?? ''
  const bytesPerUnit = bytesOf(unit)
  if (!match || bytesPerUnit === undefined) {
    const why = match ? `: ${problemOf(unit)}` : ''
    throw new Failure(
      'usage.invalid',
      `${what} ${text.slice(0, 80)}${why}; expected a rate with its unit, for example 900Mbit, 1Gbit or 100MB (a second)`,
    )
  }
  const rate = Math.floor(Number(match[1]) * bytesPerUnit)
  if (rate >= LEAST_BYTES_PER_SECOND && rate <= MOST_BYTES_PER_SECOND) return rate
  throw new Failure('usage.invalid', `${what} ${text}: expected something from 100kbit to 8000Gbit a second`)
}

function bytesOf(unit: string): number | undefined {
  const [, prefix = '', kind = ''] = /^([kmg]?i?)(bit|B)$/.exec(unit.replace(/^[KMG]/, lower)) ?? []
  const count = PREFIXES[prefix]
  if (count === undefined || kind === '') return undefined
  return kind === 'bit' ? count / 8 : count
}

function problemOf(unit: string): string {
  if (unit === '') return 'without a unit it may be anything'
  if (/^[kmg]i?$/i.test(unit)) return `${unit} may be bits or bytes`
  if (/^[kmg]?i?b(ps)?$/i.test(unit)) return `${unit} is bits to some and bytes to others`
  return `there is no unit ${unit}`
}

function lower(text: string): string {
  return text.toLowerCase()
}
