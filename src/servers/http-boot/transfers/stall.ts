import type { ServerResponse } from 'node:http'
import type { Way } from './ways/way.ts'

/** What a transfer is known by while nothing seems to go. */
export interface Watched {
  /** Bytes sent so far. */
  readonly bytes: () => number
  /** True when it had to wait for its budget since this was asked last. */
  readonly wasHeldBack: () => boolean
  /** True while bytes are waited for, and not the client. */
  readonly isReading: () => boolean
  readonly stalled: (reason: string) => void
}

/** Calls back when no byte went for so long. What Node.js counts as idle is a connection it writes nothing to itself. */
export function watchForStall(response: ServerResponse, stallMs: number, watched: Watched): void {
  let before = 0
  response.setTimeout(stallMs, () => {
    const now = watched.bytes()
    if (watched.wasHeldBack() || now > before) {
      before = now
      response.setTimeout(stallMs)
      return
    }
    const who = watched.isReading() ? 'the installer ISO gave' : 'the client accepted'
    watched.stalled(`${who} no byte for ${stallMs / 1000} s`)
  })
}

/** Who tells whether bytes are waited for, of all the ways one transfer takes. */
export interface Reads {
  isUnderWay(): boolean
  /** The same way, watched. */
  of(way: Way): Way
}

export function watchReads(): Reads {
  let underWay = 0
  return {
    isUnderWay: () => underWay > 0,
    of: (way) => ({
      ...way,
      async prepare(at, length, signal) {
        underWay += 1
        try {
          await way.prepare(at, length, signal)
        } finally {
          underWay -= 1
        }
      },
    }),
  }
}
