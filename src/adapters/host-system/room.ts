import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { Room } from '../../domain/doctor/resources.ts'

/** Room where a path lies, or will lie once it is made. Bytes that users other than root may have. */
export async function roomAt(path: string): Promise<Room | undefined> {
  for (let place = path; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => undefined)
    if (found) return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize }
    if (place === dirname(place)) return undefined
  }
}

/** Memory of this computer, or of the part of it that this process may use (control groups). Bytes. */
export function memoryHere(): Room {
  const limit = process.constrainedMemory()
  const total = totalmem()
  return { freeBytes: process.availableMemory(), totalBytes: limit > 0 && limit < total ? limit : total }
}
