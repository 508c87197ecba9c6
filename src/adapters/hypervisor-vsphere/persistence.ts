import { isRefusal } from '../../codec/vim25/fault.ts'
import { isFailure } from '../../domain/failure.ts'

/** Milliseconds until something is tried again: half a second, doubled each time, up to ten. */
export function pauseMs(failures: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 10))
}

/** True when the connection failed, so that another try may succeed. */
export function isOutage(error: unknown): boolean {
  return isFailure(error, 'driver.unreachable', 'driver.timeout') || isRefusal(error, 'NotAuthenticated')
}

/** True when the server cannot have begun what it was asked for. */
export function wasNotBegun(error: unknown): boolean {
  return isRefusal(error, 'NotAuthenticated') || (isFailure(error) && error.details['sent'] === false)
}
