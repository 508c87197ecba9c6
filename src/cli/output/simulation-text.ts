import { formatDuration } from '../../domain/duration.ts'
import { type Percentiles, REQUEST_KINDS, type Simulation } from '../../domain/simulation/simulation.ts'
import { formatBytes } from '../../domain/size.ts'
import { formatTable } from './table.ts'

/** What a simulation came to, for people. */
export function formatSimulation(simulation: Simulation): string {
  const { hosts, installed, refused, failed, waits, wallMs, bytes, bytesPerSecond, boot } = simulation
  const fates = [`${installed} installed`, ...some(refused, 'refused'), ...some(failed, 'failed')]
  const lines = [
    `${hosts} ${hosts === 1 ? 'host' : 'hosts'} in ${formatDuration(wallMs)}: ${fates.join(', ')}`,
    `${formatBytes(bytes)} sent, ${formatBytes(bytesPerSecond)}/s; told to wait ${waits} times`,
    ...(boot
      ? [
          `ready after ${span(boot.mean)} on average, ${span(boot.p50)} (half), ${span(boot.p95)} (95 of 100); ` +
            `the last one after ${span(boot.max)}`,
        ]
      : []),
    '',
    formatTable(
      ['REQUEST', 'COUNT', 'FAILED', 'FIRST BYTE 50/95/99 %', 'WHOLE 50/95/99 %', 'BYTES'],
      REQUEST_KINDS.flatMap((kind) => {
        const of = simulation.requests[kind]
        if (!of) return []
        const { count, failed: broken, firstByte, duration, bytes: sent } = of
        return [
          [
            kind,
            String(count),
            String(broken),
            milliseconds(firstByte),
            milliseconds(duration),
            formatBytes(sent),
          ],
        ]
      }),
    ),
    ...simulation.reasons.map(({ reason, hosts: count }) => `${count} × ${reason}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Differences of less than a second count where a boot takes a few. */
function span(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms)
}

function some(count: number, word: string): readonly string[] {
  return count > 0 ? [`${count} ${word}`] : []
}

function milliseconds({ p50, p95, p99 }: Percentiles): string {
  return `${[p50, p95, p99].map((value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)))).join(' / ')} ms`
}
