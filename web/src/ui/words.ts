const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1.4 GiB`; three figures at most. */
export function bytesInWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1)
  const value = bytes / 1024 ** power
  return `${power === 0 ? Math.round(value) : value.toFixed(value < 100 ? 1 : 0)} ${UNITS[power]}`
}

/** `12.3 MiB/s`. */
export function rateInWords(bytesPerSecond: number): string {
  return `${bytesInWords(bytesPerSecond)}/s`
}

/** `0.4 s`, `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two parts at most. */
export function durationInWords(ms: number): string {
  if (ms > 0 && ms < 950) return `${Math.max(0.1, ms / 1000).toFixed(1)} s`
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')
}

/** Date and time as people here write them. */
export function timeInWords(time: number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** The time of day, to the second. */
export function clockInWords(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: 'medium' })
}
