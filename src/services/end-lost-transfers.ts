import { ARTIFACT_ROLES } from '../domain/artifact.ts'
import { isBefore } from '../domain/phase.ts'
import type { HostBook, HostState } from './host-book.ts'
import type { TransferHappening } from './observe-transfer.ts'

/**
 * Notes of every download that was under way when the process before this one ended that it broke off: nobody else will.
 * To be called before anything listens; what had been sent of it is not known.
 */
export async function endLostTransfers(book: HostBook): Promise<void> {
  await Promise.all(book.states().flatMap((state) => lostOf(state).map((lost) => end(lost, state, book))))
}

type Lost = Pick<TransferHappening['data'], 'role' | 'bytes' | 'total'>

function lostOf({ life: { phase, transfers } }: HostState): readonly Lost[] {
  if (!isBefore(phase, 'config')) return []
  return ARTIFACT_ROLES.flatMap((role) => {
    const transfer = transfers[role]
    if (!transfer || transfer.finishedAt !== undefined || transfer.cutOffAt !== undefined) return []
    return [{ role, bytes: transfer.bytes, total: transfer.total }]
  })
}

function end(lost: Lost, { host, life }: HostState, book: HostBook): Promise<void> {
  const data = { ...lost, reason: 'the server was ended' }
  return book.record(host.name, { type: 'artifact.aborted', data }, life.bootId)
}
