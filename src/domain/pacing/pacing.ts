/** `first`: hosts that began earlier go first. `equal`: all get the same, and so all are late. */
export const PACING_ORDERS = ['first', 'equal'] as const
export type PacingOrder = (typeof PACING_ORDERS)[number]

/** How fast hosts are sent their files. Rates in bytes a second; what is left out is not bounded. */
export interface Pacing {
  /** All hosts together. */
  readonly bytesPerSecond?: number
  /** Each host. */
  readonly hostBytesPerSecond?: number
  readonly order: PacingOrder
}
