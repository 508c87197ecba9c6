/** Where a client sends from. */
export interface Peer {
  readonly address: string
  readonly port: number
}
