import type { Turn } from './turns.ts'

/**
 * Bytes at most in one turn: all that the buffer of a connection takes (tcp_wmem of Linux). Once that is full the system
 * sends on by itself whenever the client has acknowledged something; with less than that most of it waits for the next turn.
 */
export const TURN_BYTES = 4 * 1024 * 1024
/** Turns in pieces that are under way at once: what belongs to so many connections stays in the processor's cache. */
const IN_PIECES_AT_ONCE = 8

/** Turns in the order in which they were asked for, but for those that go on. */
export interface Line {
  isEmpty(): boolean
  ask(turn: Turn): void
  /**
   * Gives one turn, and more while `goesOn`, but none twice: who asks again meanwhile comes after all that had none. A turn in pieces
   * goes on in the next round, before all others, when it is asked for again by then: else its connection is full, and it is over.
   */
  serve(goesOn: () => boolean): void
}

export function createLine(): Line {
  let waiting: Turn[] = []
  /** Asked for the next piece: with the bytes that are left of their turn. */
  let goingOn = new Map<Turn, number>()
  /** Had a piece in the last round, and did not have all of their turn. */
  let underWay = new Map<Turn, number>()

  const give = (turn: Turn, bytes: number): void => {
    const left = bytes - turn.take(bytes)
    if (turn.isInPieces && left > 0 && left < bytes) underWay.set(turn, left)
  }

  return {
    isEmpty: () => waiting.length === 0 && goingOn.size === 0,
    ask(turn) {
      const left = underWay.get(turn)
      if (left === undefined) waiting.push(turn)
      else goingOn.set(turn, left)
    },
    serve(goesOn) {
      const [first, others] = [goingOn, waiting]
      const line = [...first.keys(), ...others]
      goingOn = new Map()
      underWay = new Map()
      waiting = []
      let served = 0
      for (const turn of line) {
        if (served > 0 && !(underWay.size < IN_PIECES_AT_ONCE && goesOn())) break
        give(turn, first.get(turn) ?? TURN_BYTES)
        served += 1
      }
      if (served < first.size) goingOn = new Map([...first].slice(served))
      if (served < line.length) waiting = [...others.slice(Math.max(0, served - first.size)), ...waiting]
    },
  }
}
