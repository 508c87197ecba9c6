import { isRefusal, type VimRefusal } from '../../../codec/vim25/fault.ts'
import type { Slots } from '../../../domain/async/slots.ts'
import { Failure, isFailure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { OpenSession, VimSession } from './vim-session.ts'

/** Work in a session; `repeatable` as in `CallOptions`. `places` other than the usual ones, for what takes long. */
export type Persist = <T>(
  repeatable: boolean,
  work: (session: OpenSession) => Promise<T>,
  signal: AbortSignal,
  places?: Slots,
) => Promise<T>

/** A server that was there before may be away for so long: vCenters take minutes to restart. Milliseconds. */
const PATIENCE_MS = 15 * 60_000
/** Sessions just opened that are not accepted, so many in a row, have another reason than their age. */
const MAX_ENDED = 5

/** Goes on through outages: what was not begun is tried again, and what is repeatable in any case. */
export function createPersistence(parts: {
  readonly session: Pick<VimSession, 'open' | 'ended'>
  readonly slots: Slots
  readonly clock: Clock
  readonly log: Log
  readonly address: string
}): Persist {
  const { session, slots, clock, log, address } = parts
  let wasThere = false

  return async (repeatable, work, signal, places = slots) => {
    let failedAt: number | undefined
    let ended = 0
    for (let failures = 1; ; failures += 1) {
      let opened: OpenSession | undefined
      try {
        opened = await session.open(signal)
        const inside = opened
        const result = await places.run(() => work(inside), signal)
        wasThere = true
        return result
      } catch (error) {
        signal.throwIfAborted()
        // What takes long by itself, an upload say, is no outage.
        failedAt ??= clock.now()
        if (opened && isRefusal(error, 'NotAuthenticated')) {
          session.ended(opened)
          ended += 1
          if (ended >= MAX_ENDED) throw notAccepted(error, address)
        }
        const again = isOutage(error) && (!opened || repeatable || wasNotBegun(error))
        const isFirst = isRefusal(error, 'NotAuthenticated') && failures === 1
        if (!again || !(wasThere || isFirst) || clock.now() - failedAt > PATIENCE_MS) throw error
        if (isFirst) continue
        log.warn({ err: error, server: address, failures }, 'vSphere cannot be reached at the moment')
        await clock.sleep(pauseMs(failures), signal)
      }
    }
  }
}

/** Milliseconds until something is tried again: half a second, doubled each time, up to ten. */
export function pauseMs(failures: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 10))
}

/** True when the connection failed, so that another try may succeed. */
export function isOutage(error: unknown): boolean {
  return isFailure(error, 'driver.unreachable', 'driver.timeout') || isRefusal(error, 'NotAuthenticated')
}

/** True when the server cannot have begun what it was asked for. */
function wasNotBegun(error: unknown): boolean {
  return isRefusal(error, 'NotAuthenticated') || (isFailure(error) && error.details['sent'] === false)
}

function notAccepted(error: VimRefusal, address: string): Failure {
  const message = `${error.message}; ${address} had opened a new session each time: look at the privileges of the user`
  return new Failure('driver.forbidden', message, error.details, error)
}
