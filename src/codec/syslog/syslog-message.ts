/** What one datagram says. All texts are printable; none is longer than the datagram. */
export interface SyslogMessage {
  /** 0 to 23, RFC 5424 §6.2.1. */
  readonly facility?: number
  /** 0 (emergency) to 7 (debug), RFC 5424 §6.2.1. */
  readonly severity?: number
  /** Epoch milliseconds by the clock of the sender; only where it says the year and the zone. */
  readonly time?: number
  readonly hostname?: string
  /** Program that speaks: `ipxe`, `kernel`, … */
  readonly app?: string
  /** Lines are parted by `\n`; there is none at the end. */
  readonly text: string
  /** This is a piece of one record of the kernel; `text` counts one character a byte, still escaped. */
  readonly fragment?: KernelFragment
  /** The sender cut its line here; the rest is the next datagram. */
  readonly isContinued?: true
}

/** Place of a piece in its record, in bytes. */
export interface KernelFragment {
  /** Number of the record. */
  readonly sequence: number
  readonly offset: number
  readonly total: number
}
