import { createHash } from 'node:crypto'
import type { Hasher } from '../../ports/hasher.ts'

/** SHA-256 of Node. */
export function createCryptoHasher(): Hasher {
  return { sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex') }
}
