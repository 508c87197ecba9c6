/** Pieces of a file whose bytes were in memory a moment ago. Takes no more memory for a larger file, and makes no garbage. */
export interface Sightings {
  /** True when this byte, or a later one of the same piece, was noted less than `forMs` ago. */
  has(byte: number, now: number, forMs: number): boolean
  /** This byte was in memory, and so were those of the same piece before it. */
  note(byte: number, now: number): void
}

/** Two pieces that far apart cannot both be known. */
const SLOTS = 4096

export function createSightings(pieceBytes: number): Sightings {
  const bytes = new Float64Array(SLOTS).fill(-1)
  const times = new Float64Array(SLOTS)
  const pieceOf = (byte: number): number => Math.floor(byte / pieceBytes)
  return {
    has(byte, now, forMs) {
      const piece = pieceOf(byte)
      const slot = piece % SLOTS
      const noted = bytes[slot] ?? -1
      return noted >= byte && pieceOf(noted) === piece && now - (times[slot] ?? 0) < forMs
    },
    note(byte, now) {
      const slot = pieceOf(byte) % SLOTS
      bytes[slot] = byte
      times[slot] = now
    },
  }
}
