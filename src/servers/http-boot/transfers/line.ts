import { BRIEF_BYTES, type Turn } from './turns.ts'

/**
 * Bytes at most in one turn: all that the buffer of a connection takes (tcp_wmem of Linux). Once that is full the system
 * sends on by itself whenever the client has acknowledged something; with less than that most of it waits for the next turn.
 */
export const TURN_BYTES = 4 * 1024 * 1024
/** In pieces of one round: what belongs to their connections stays in the processor's cache until the turns are over. */
const IN_PIECES_BYTES = 2 * 1024 * 1024

/** Who is next: brief turns, then those that go on, then all others, each in the order in which they were asked for. */
export interface Line {
  isEmpty(): boolean
  ask(turn: Turn): void
  /**
   * Gives turns, or pieces of them, to those who wait: one brief and one other at least, and more while `goesOn`, but nobody two. A turn in
   * pieces goes on when it is asked for again before this is called once more: else its connection is full, and it is over.
   */
  serve(goesOn: () => boolean): void
}

/** Turns with the bytes that are left of them. */
type Queue = Map<Turn, number>
type Give = (turn: Turn, bytes: number) => void

export function createLine(): Line {
  const brief: Queue = new Map()
  const goingOn: Queue = new Map()
  const waiting: Queue = new Map()
  /** Had a piece since this was served last, and not all of their turn. */
  let underWay: Queue = new Map()

  return {
    isEmpty: () => brief.size + goingOn.size + waiting.size === 0,
    ask(turn) {
      const left = underWay.get(turn)
      if (left !== undefined) goingOn.set(turn, left)
      else if (turn.isBrief) brief.set(turn, BRIEF_BYTES)
      else waiting.set(turn, TURN_BYTES)
    },
    serve(goesOn) {
      // Who asks meanwhile comes last, and is not served before the next time.
      const [briefs, goOn, wait] = [brief.size, goingOn.size, waiting.size]
      underWay = new Map()
      let inPieces = 0
      serveFirst(brief, briefs, goesOn, (turn, bytes) => turn.take(bytes))
      const give: Give = (turn, bytes) => {
        const sent = turn.take(bytes)
        if (!turn.isInPieces) return
        inPieces += sent
        if (sent > 0 && sent < bytes) underWay.set(turn, bytes - sent)
      }
      const served = serveFirst(goingOn, goOn, goesOn, give)
      const hasPlace = (): boolean => inPieces < IN_PIECES_BYTES && goesOn()
      if (served === goOn && (goOn === 0 || hasPlace())) serveFirst(waiting, wait, hasPlace, give)
    },
  }
}

/** Gives those at the front their turns: so many at most, one at least, more while `goesOn`. Says how many. */
function serveFirst(queue: Queue, count: number, goesOn: () => boolean, give: Give): number {
  let served = 0
  for (const [turn, bytes] of queue) {
    if (served === count || (served > 0 && !goesOn())) break
    queue.delete(turn)
    give(turn, bytes)
    served += 1
  }
  return served
}
