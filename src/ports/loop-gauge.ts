/** How busy this process is: one thread does all the sending. */
export interface LoopGauge {
  /** Share of the time since the call before, or since it was made, in which the event loop was busy: 0 to 1. */
  busy(): number
}
