import type { Random } from '../../src/ports/random.ts'

/** Bytes that differ from call to call and are the same in every run. */
export function createFixedRandom(): Random {
  let next = 0
  return {
    bytes: (length) =>
      Uint8Array.from({ length }, () => {
        next = (next * 73 + 41) % 251
        return next
      }),
  }
}
