import type { HostDetail, HostView } from '../../contract/hosts.ts'
import { ARTIFACT_ROLES } from '../../domain/artifact.ts'
import { diagnosisLink } from '../../domain/diagnosis/diagnosis.ts'
import { formatDuration } from '../../domain/duration.ts'
import { formatBytes } from '../../domain/size.ts'
import type { HostSummary } from '../../domain/summary.ts'
import { lifeOf } from '../hosts/view-life.ts'
import { describeLife, describeWaiting } from './host-line.ts'
import { formatTable } from './table.ts'

/** Hosts of a server as a table; `now` is epoch milliseconds. */
export function formatHostViews(views: readonly HostView[], now: number): string {
  const rows = views.map((view) => [
    view.name,
    view.profile ?? '-',
    view.driver ?? '-',
    view.mac ?? '-',
    view.address ?? '-',
    String(view.installs),
    describeLife(lifeOf(view), now),
    view.waitsFor === undefined ? '' : describeWaiting(view.waitsFor),
  ])
  return formatTable(['HOST', 'PROFILE', 'DRIVER', 'MAC', 'ADDRESS', 'INSTALLS', 'STATE', ''], rows)
}

/** Hosts of a data directory as a table. */
export function formatHostSummaries(hosts: readonly HostSummary[]): string {
  const rows = hosts.map(
    ({ name, phase, driver = '-', mac = '-', address = '-', bytes, totalMs, reason = '' }) => [
      name,
      phase,
      driver,
      mac,
      address,
      formatBytes(bytes),
      formatDuration(totalMs),
      reason,
    ],
  )
  return formatTable(['HOST', 'PHASE', 'DRIVER', 'MAC', 'ADDRESS', 'SENT', 'TIME', ''], rows)
}

/** A host of a server with those fields that one of a data directory has as well, for programs. */
export function withSummaryFields<T extends HostView>(view: T) {
  return {
    ...view,
    result: view.phase === 'ready' || view.phase === 'failed' ? view.phase : ('unfinished' as const),
    bytes: ARTIFACT_ROLES.reduce((sum, role) => sum + (view.transfers[role]?.bytes ?? 0), 0),
    ...(view.failure ? { reason: view.failure.reason } : {}),
  }
}

/** All that the server tells of one host. */
export function formatHostDetail(detail: HostDetail, now: number): string {
  const {
    history,
    events,
    definition,
    labels,
    transfers: _,
    failure,
    version: __,
    diagnosis,
    ...simple
  } = detail
  const about = Object.entries({ ...simple, state: describeLife(lifeOf(detail), now) }).map(
    ([key, value]) => [key, TIMES.has(key) ? new Date(Number(value)).toISOString() : String(value)],
  )
  const more = [
    ...Object.entries(labels).map(([key, value]) => [`label ${key}`, value]),
    ...(failure ? [['failed in', failure.phase]] : []),
    ...(diagnosis
      ? [
          ['stuck', diagnosis.seen],
          ['likely', diagnosis.cause],
          ...diagnosis.check.map((check) => ['check', check]),
          ['see', diagnosisLink(diagnosis.rule)],
        ]
      : []),
    ...Object.entries(definition?.match ?? {}).map(([key, value]) => [`match ${key}`, String(value)]),
    ...Object.entries(definition?.machine ?? {}).flatMap(([key, value]) =>
      typeof value === 'object' ? [] : [[`machine ${key}`, String(value)]],
    ),
    ...Object.entries(definition?.machine?.options ?? {}).map(([key, value]) => [`machine ${key}`, value]),
  ]
  return [
    formatTable(['KEY', 'VALUE'], [...about, ...more]),
    formatTable(
      ['SINCE', 'PHASE'],
      history.map(({ phase, at }) => [new Date(at).toISOString(), phase]),
    ),
    formatEvents(events),
  ].join('\n\n')
}

const TIMES: ReadonlySet<string> = new Set(['since', 'lastSeen', 'createdAt', 'armedUntil'])

/** What happened, one line for each event. */
export function formatEvents(
  events: readonly { readonly time: number; readonly type: string; readonly data: object }[],
): string {
  const rows = events.map(({ time, type, data }) => [
    new Date(time).toISOString(),
    type,
    JSON.stringify(data),
  ])
  return formatTable(['TIME', 'EVENT', 'DATA'], rows)
}
