import { randomBytes } from 'node:crypto'
import type { Random } from '../../ports/random.ts'

/** Random bytes of the operating system. */
export function createCryptoRandom(): Random {
  return { bytes: (length) => new Uint8Array(randomBytes(length)) }
}
