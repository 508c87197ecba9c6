/** One decision about a packet of somebody who wants to boot from the network. */
export interface NetbootNews {
  /** Grows by one; with it a reader goes on where it was. */
  readonly id: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly service: 'dhcp' | 'tftp' | 'http'
  readonly action: 'answered' | 'ignored' | 'sent' | 'failed'
  /** A sentence for people. */
  readonly reason: string
  readonly host?: string | undefined
  readonly mac?: string | undefined
  readonly uuid?: string | undefined
  readonly address?: string | undefined
  /** `discover on port 67`, `BIOS`, … what the client said of itself. */
  readonly client?: string | undefined
  readonly file?: string | undefined
}

/** The newest decisions, in memory only: anybody on the network can cause them. */
export interface NetbootWatch {
  /** Those after the id, oldest first; without it the newest there are. */
  recent(afterId?: number): readonly NetbootNews[]
  /** Returns the function that ends the subscription. */
  subscribe(listener: (news: NetbootNews) => void): () => void
}
