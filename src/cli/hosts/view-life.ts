import type { HostView } from '../../contract/hosts.ts'
import type { HostEvent } from '../../domain/event.ts'
import { type Life, newLife } from '../../domain/life.ts'
import { printable } from '../../domain/printable.ts'

/** A host of the API as the board and the lines of `up` show hosts. */
export function lifeOf(view: HostView): Life {
  const { phase, since, power, installs, lastSeen, transfers, stage, failure } = view
  return {
    ...newLife(since),
    phase,
    power,
    installs,
    lastSeen,
    transfers: transfers as Life['transfers'],
    ...(stage === undefined ? {} : { stage: printable(stage) }),
    ...(failure ? { failure: { phase: failure.phase, reason: printable(failure.reason) } } : {}),
  }
}

/** The view after an event, as far as events tell; the server knows better and is asked again from time to time. */
export function foldView(view: HostView, event: HostEvent): HostView {
  switch (event.type) {
    case 'phase.changed': {
      // What the server told before already had this in it.
      if (event.time < view.since) return view
      const { failure, waitsFor: _, diagnosis: __, ...rest } = view
      const isFailed = event.data.to === 'failed'
      const transfers = event.data.to === 'script' ? {} : view.transfers
      return {
        ...rest,
        phase: event.data.to,
        since: event.time,
        transfers,
        ...(isFailed && failure ? { failure } : {}),
      }
    }
    case 'host.failed':
      return { ...view, failure: event.data }
    case 'machine.power':
      return event.data.state === 'starting' ? view : { ...view, power: event.data.state }
    case 'host.stage':
      return { ...view, stage: event.data.stage, address: event.data.address, lastSeen: event.time }
    case 'artifact.started':
    case 'artifact.progress':
    case 'artifact.aborted':
    case 'artifact.finished':
      return withTransfer(view, event)
    default:
      return view
  }
}

type TransferEvent = Extract<HostEvent, { type: `artifact.${string}` }>

function withTransfer(view: HostView, { type, data, time }: TransferEvent): HostView {
  const { role, bytes, total, rate = 0 } = data
  const before = view.transfers[role]
  const begun = type === 'artifact.started' || !before
  const transfer = {
    bytes,
    total,
    rate,
    startedAt: begun ? time : before.startedAt,
    attempts: (before?.attempts ?? 0) + (begun ? 1 : 0),
    ...(type === 'artifact.finished' ? { finishedAt: time } : {}),
  }
  return { ...view, lastSeen: time, transfers: { ...view.transfers, [role]: transfer } }
}
