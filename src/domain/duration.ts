import { Failure } from './failure.ts'

const MS_PER: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A span such as `90m`, `1h30m`, `45s` or `30d` in milliseconds. Failure `usage.invalid` that names `what`. */
export function parseDurationMs(text: string, what: string): number {
  const parts = [...text.trim().matchAll(/(\d{1,6})([smhd])/g)]
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (MS_PER[unit ?? ''] ?? 0), 0)
  if (parts.map(([part]) => part).join('') !== text.trim() || ms === 0) {
    throw new Failure(
      'usage.invalid',
      `${what} ${text}: expected a span of time, for example 90m, 1h30m or 45s`,
    )
  }
  return ms
}

/** A span for people: `1 h 05 min`, `3 min 20 s`, `12 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
