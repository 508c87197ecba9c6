/** Keeps what hosts say over the network, a log for each. Bounded: the oldest lines go. */
export interface HostLogStore {
  /**
   * Takes lines, none with a line break in it, without waiting until they are kept. Never throws; what cannot be kept
   * is said in the program's own log.
   */
  append(host: string, lines: readonly string[]): void
  /** The end of the log, at most `maxBytes` of it, with everything appended before; empty when there is none. */
  tail(host: string, maxBytes: number): Promise<string>
  remove(host: string): Promise<void>
}
