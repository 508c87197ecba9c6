import { formatDuration } from '../../domain/duration.ts'
import { printable } from '../../domain/printable.ts'
import { formatBytes } from '../../domain/size.ts'
import type { UpSummary } from '../../domain/summary.ts'
import { formatTable } from './table.ts'

/** Shorter phases say nothing to people. Milliseconds. */
const SHOWN_MS = 500

/** The end of `up` for people: a table of hosts, how long each phase took, and where to look next. */
export function formatUpSummary({ hosts, dataDirectory }: UpSummary): string {
  const rows = hosts.map(({ name, result, totalMs, bytes, installs }) => [
    name,
    result,
    formatDuration(totalMs),
    formatBytes(bytes),
    String(installs),
  ])
  const ways = hosts.map(({ name, phases }) => {
    const steps = phases.filter(({ ms }) => ms >= SHOWN_MS)
    return `  ${name}: ${steps.map(({ phase, ms }) => `${phase} ${formatDuration(ms)}`).join(', ')}`
  })
  const next = hosts.flatMap(({ name, result, reason, localUi, console, screenshot }) => [
    ...(reason ? [`  ${name} ${result}: ${reason}`] : []),
    ...(localUi ? [`  ${name} Local UI: ${localUi}`] : []),
    ...(screenshot ? [`  ${name} last screenshot: ${screenshot}`] : []),
    ...(console ? [`  ${name} serial console: ${console}`] : []),
  ])
  return [
    formatTable(['HOST', 'RESULT', 'TIME', 'SENT', 'INSTALLS'], rows),
    '',
    'Time in each phase:',
    ...ways,
    '',
    'Where to look next:',
    ...next.map(printable),
    `  edgeboot --data-dir ${dataDirectory} host list`,
    '',
  ].join('\n')
}
