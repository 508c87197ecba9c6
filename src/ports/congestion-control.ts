/**
 * By which algorithm a TCP socket decides how fast it sends, named as the system names them: `cubic`, `bbr`, `reno`
 * (RFC 5681 §3). Sockets are named by their file descriptors.
 */
export interface CongestionControl {
  /** `undefined` when the system does not tell. */
  of(socket: number): string | undefined
  /** Also that of every connection that a listening socket takes from then on. False when the system refuses. */
  set(socket: number, algorithm: string): boolean
}
