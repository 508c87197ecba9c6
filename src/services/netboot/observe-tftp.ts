import type { BootFiles } from '../../ports/boot-files.ts'
import type { Log } from '../../ports/log.ts'
import type { HostBook } from '../host-book.ts'
import type { NetbootNewsDesk } from './netboot-news.ts'

/** What the TFTP server tells of one transfer. */
interface Transfer {
  readonly name: string
  /** The client's. */
  readonly address: string
}

/** Makes news, and events of the hosts in whose names files were fetched, of what the TFTP server tells. */
export function observeTftp({
  book,
  files,
  news,
  log,
}: {
  readonly book: Pick<HostBook, 'record'>
  readonly files: BootFiles
  readonly news: NetbootNewsDesk
  readonly log: Log
}) {
  const hostOf = ({ name, address }: Transfer): string | undefined =>
    files.find(name, { address, localAddress: '127.0.0.1' })?.host
  const tell = (
    transfer: Transfer,
    action: 'answered' | 'ignored' | 'sent' | 'failed',
    reason: string,
  ): boolean => {
    const host = hostOf(transfer)
    const { name: file, address } = transfer
    return news.tell({
      service: 'tftp',
      action,
      reason,
      file,
      address,
      ...(host === undefined ? {} : { host }),
    })
  }
  return {
    sent(transfer: Transfer & { readonly bytes: number; readonly durationMs: number }): void {
      const { name: file, address, bytes, durationMs } = transfer
      const host = hostOf(transfer)
      const isNews = tell(transfer, 'sent', `${bytes} bytes in ${Math.round(durationMs)} ms`)
      if (!isNews || host === undefined) return
      const data = { file, bytes, durationMs: Math.round(durationMs), address }
      book.record(host, { type: 'tftp.sent', data }).catch((error: unknown) => {
        log.warn({ err: error, host }, 'could not record a TFTP transfer')
      })
    },
    aborted(transfer: Transfer & { readonly reason: string }): void {
      tell(transfer, 'failed', transfer.reason)
    },
    refused(transfer: Transfer & { readonly reason: string }): void {
      tell(transfer, 'ignored', transfer.reason)
    },
    sizeAsked(transfer: Transfer): void {
      tell(transfer, 'answered', 'it wanted to know the size')
    },
  }
}
