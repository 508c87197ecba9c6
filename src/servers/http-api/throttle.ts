import { plainAddress } from '../../domain/plain-address.ts'
import type { Clock } from '../../ports/clock.ts'

/** Counts what happened per key within a window of time. */
export interface Throttle {
  /** Milliseconds until the key may try again; 0 when it may now. */
  waitMs(key: string): number
  /** One more; false when that is more than the window allows. */
  note(key: string): boolean
}

/** Keys that are remembered; beyond it the oldest is forgotten. */
const MAX_KEYS = 10_000

/** At most `max` per key in `windowMs` milliseconds. */
export function createThrottle(clock: Clock, max: number, windowMs: number): Throttle {
  const windows = new Map<string, { readonly startedAt: number; count: number }>()
  const current = (key: string) => {
    const window = windows.get(key)
    return window && clock.now() - window.startedAt < windowMs ? window : undefined
  }
  return {
    waitMs(key) {
      const window = current(key)
      return window && window.count >= max ? window.startedAt + windowMs - clock.now() : 0
    },
    note(key) {
      const window = current(key) ?? { startedAt: clock.now(), count: 0 }
      window.count += 1
      if (!windows.has(key) && windows.size >= MAX_KEYS) {
        const oldest = windows.keys().next()
        if (!oldest.done) windows.delete(oldest.value)
      }
      windows.set(key, window)
      return window.count <= max
    },
  }
}

/** What stands for one client in a throttle: an IPv4 address, or the /64 network of an IPv6 one. */
export function throttleKey(address: string): string {
  const plain = plainAddress(address)
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::', 2)
  const groups = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  return [...groups, ...zeros, ...after].slice(0, 4).join(':')
}
