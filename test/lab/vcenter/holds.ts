import { type LabCall, WAITING } from './call-log.ts'

/** The connection is cut and nothing answered. */
export class Dropped extends Error {}

/** One request that is kept waiting. */
export interface Hold {
  /** Resolves when the request has arrived at the place where it waits. */
  readonly held: Promise<LabCall>
  /** Lets it go on; beforehand too, then it does not wait. */
  release(): void
  /** Cuts its connection. Held before it is forwarded, it never takes effect. */
  drop(): void
}

export type HoldPlace = 'before' | 'after'

/**
 * Holds the n-th request from now on (1 is the next one; those that only wait for updates are not counted), or the first
 * that is asked for, before it is forwarded or before its answer is sent.
 */
export type HoldWhich = number | ((call: LabCall) => boolean)

export interface Holds {
  hold(which: HoldWhich, place: HoldPlace): Hold
  /** Returns when nobody holds the call at that place (any more). Error `Dropped`. */
  pass(call: LabCall, place: HoldPlace): Promise<void>
  /** Drops whatever is held. */
  dropAll(): void
}

interface Waiting extends Hold {
  /** Whether it is this call; asked once for every call that arrives. */
  readonly takes: (call: LabCall) => boolean
  readonly place: HoldPlace
  readonly arrive: (call: LabCall) => void
  readonly gone: Promise<'released' | 'dropped'>
  call: LabCall | undefined
}

export function createHolds(): Holds {
  const waiting = new Set<Waiting>()

  function hold(which: HoldWhich, place: HoldPlace): Waiting {
    const { promise: held, resolve: arrive } = Promise.withResolvers<LabCall>()
    const { promise: gone, resolve: go } = Promise.withResolvers<'released' | 'dropped'>()
    let seen = 0
    const made: Waiting = {
      held,
      gone,
      arrive,
      place,
      call: undefined,
      takes: (call) => {
        if (typeof which !== 'number') return which(call)
        if (call.method !== WAITING) seen += 1
        return call.method !== WAITING && seen === which
      },
      release: () => go('released'),
      drop: () => go('dropped'),
    }
    waiting.add(made)
    return made
  }

  return {
    hold,
    pass: async (call, place) => {
      if (place === 'before')
        for (const one of waiting) if (one.call === undefined && one.takes(call)) one.call = call
      for (const one of waiting) {
        if (one.call !== call || one.place !== place) continue
        waiting.delete(one)
        one.arrive(call)
        if ((await one.gone) === 'dropped') throw new Dropped()
      }
    },
    dropAll: () => {
      for (const one of waiting) one.drop()
    },
  }
}
