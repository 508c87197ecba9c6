import type { BootRecord } from '../../../../src/contract/boots.ts'
import type { Event } from '../../../../src/contract/events.ts'

/** What the host said it was at. Times in milliseconds. */
export interface InstallStage {
  readonly stage: string
  readonly detail: string
  readonly at: number
  /** Until the next one; missing for the last. */
  readonly durationMs?: number
}

/** Stages reported in the boot, in order; `events` in any order. What is reported again at once is one stage. */
export function stagesOf(
  events: readonly Event[],
  { bootId }: Pick<BootRecord, 'bootId'>,
): readonly InstallStage[] {
  if (bootId === undefined) return []
  const reports = events
    .filter((event) => event.type === 'host.stage' && event.bootId === bootId)
    .toSorted((a, b) => a.time - b.time)
    .map(({ time, data }) => ({ stage: textOf(data['stage']), detail: textOf(data['detail']), at: time }))
  const stages = reports.filter(({ stage }, index) => stage !== reports[index - 1]?.stage)
  return stages.map((report, index) => {
    const next = stages[index + 1]
    return next ? { ...report, durationMs: next.at - report.at } : report
  })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
