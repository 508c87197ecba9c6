import type { Part } from '../peers/file-server.ts'

/** Parts of this length for so many connections, from the start of the file to its end, evenly apart. */
export function partsFor(connections: number, bytes: number, fileBytes: number): readonly Part[] {
  const apart = (fileBytes - bytes) / Math.max(1, connections - 1)
  return Array.from({ length: connections }, (_, index) => ({ from: Math.floor(index * apart), bytes }))
}
