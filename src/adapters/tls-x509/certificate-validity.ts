import { X509Certificate } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const MAX_BYTES = 1024 * 1024

/** From when to when the first certificate of a PEM file is valid, epoch milliseconds; `undefined` when there is none to be read. */
export async function certificateValidity(
  path: string,
): Promise<{ readonly from: number; readonly until: number } | undefined> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0)
    const { validFromDate, validToDate } = new X509Certificate(buffer.subarray(0, bytesRead))
    return { from: validFromDate.getTime(), until: validToDate.getTime() }
  } catch {
    return undefined
  }
}
