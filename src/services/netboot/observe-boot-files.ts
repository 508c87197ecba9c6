import { createRateLimiter, type RateLimit } from '../../domain/rate-limit.ts'
import type { BootFileObserver, BootFiles, BootFileTransfer } from '../../ports/boot-files.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { HostBook } from '../host-book.ts'
import type { NetbootNewsDesk } from './netboot-news.ts'

/** What is kept of a host in whose name files are fetched again and again; a boot takes a handful. */
const EVENTS: RateLimit = { perSecond: 1 / 60, burst: 50 }

/** Makes news, and events of the hosts in whose names files were fetched, of what the servers for boot files tell. */
export function observeBootFiles({
  service,
  book,
  files,
  news,
  clock,
  log,
}: {
  readonly service: 'tftp' | 'http'
  readonly book: Pick<HostBook, 'record'>
  readonly files: BootFiles
  readonly news: NetbootNewsDesk
  readonly clock: Clock
  readonly log: Log
}): BootFileObserver & {
  refused(transfer: BootFileTransfer & { readonly reason: string }): void
  sizeAsked(transfer: BootFileTransfer): void
} {
  const events = createRateLimiter(EVENTS)
  const hostOf = ({ name, address }: BootFileTransfer): string | undefined =>
    files.find(name, { address, localAddress: '127.0.0.1' })?.host
  const tell = (
    transfer: BootFileTransfer,
    action: 'answered' | 'ignored' | 'sent' | 'failed',
    reason: string,
  ): boolean => {
    const host = hostOf(transfer)
    const { name: file, address } = transfer
    return news.tell({
      service,
      action,
      reason,
      file,
      address,
      ...(host === undefined ? {} : { host }),
    })
  }
  return {
    sent(transfer) {
      const { name: file, address, bytes, durationMs } = transfer
      const host = hostOf(transfer)
      const isNews = tell(transfer, 'sent', `${bytes} bytes in ${Math.round(durationMs)} ms`)
      if (!isNews || host === undefined || !events.take(host, clock.now())) return
      const data = { file, bytes, durationMs: Math.round(durationMs), address }
      book.record(host, { type: `${service}.sent`, data }).catch((error: unknown) => {
        log.warn({ err: error, host }, 'could not record that a boot file was fetched')
      })
    },
    aborted: (transfer) => void tell(transfer, 'failed', transfer.reason),
    refused: (transfer) => void tell(transfer, 'ignored', transfer.reason),
    sizeAsked: (transfer) => void tell(transfer, 'answered', 'it wanted to know the size'),
  }
}
