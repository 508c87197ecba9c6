import { EventEmitter, once } from 'node:events'
import type { TftpObserver } from '../../src/servers/tftp/observer.ts'

export interface TftpNews {
  readonly kind: keyof TftpObserver
  readonly name: string
  readonly address: string
  readonly port: number
  readonly reason?: string
}

/** An observer that remembers everything, and can be waited on. */
export interface RecordingTftpObserver extends TftpObserver {
  readonly news: readonly TftpNews[]
  /** Resolves as soon as there is news of this kind, also when it came before. */
  next(kind: TftpNews['kind']): Promise<TftpNews>
}

export function createRecordingTftpObserver(): RecordingTftpObserver {
  const news: TftpNews[] = []
  const arrival = new EventEmitter()
  const note = (kind: TftpNews['kind']) => (about: Omit<TftpNews, 'kind'>) => {
    news.push({ kind, ...about })
    arrival.emit('news')
  }
  return {
    news,
    sent: note('sent'),
    aborted: note('aborted'),
    sizeAsked: note('sizeAsked'),
    refused: note('refused'),
    async next(kind) {
      for (;;) {
        const found = news.find((one) => one.kind === kind)
        if (found) return found
        await once(arrival, 'news')
      }
    },
  }
}
