import { isBefore } from '../domain/phase.ts'
import type { HostBook } from './host-book.ts'

/**
 * Notes of every download that was under way when the process before this one ended that it broke off: nobody else will.
 * To be called before anything listens; what had been sent of it is not known.
 */
export async function endLostTransfers(book: HostBook): Promise<void> {
  for (const { host, life } of book.states()) {
    if (!isBefore(life.phase, 'config')) continue
    for (const [role, { finishedAt, cutOffAt, bytes, total }] of Object.entries(life.transfers)) {
      if (finishedAt !== undefined || cutOffAt !== undefined) continue
      const data = { role: role as keyof typeof life.transfers, bytes, total, reason: 'the server was ended' }
      await book.record(host.name, { type: 'artifact.aborted', data }, life.bootId)
    }
  }
}
