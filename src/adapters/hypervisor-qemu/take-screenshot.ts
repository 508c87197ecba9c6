import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { convertPpmToPng } from './ppm-to-png.ts'
import { isAtLeast } from './qemu-version.ts'
import type { QmpClient } from './qmp-client.ts'

/** A picture of a text or boot console is far smaller, also without compression. Bytes. */
const MAX_PICTURE_BYTES = 64 * 1024 * 1024

/** The console as PNG, by way of a file in the machine's directory, where QEMU may write. */
export async function takeScreenshot(
  client: Pick<QmpClient, 'version' | 'execute'>,
  directory: string,
): Promise<Uint8Array> {
  // QEMU writes PNG itself since 7.1 (QAPI, screendump).
  const isPng = isAtLeast(client.version, '7.1')
  const name = `screen-${process.hrtime.bigint()}.${isPng ? 'png' : 'ppm'}`
  const path = join(directory, name)
  try {
    await client.execute('screendump', { filename: name, ...(isPng ? { format: 'png' } : {}) })
    if ((await stat(path)).size > MAX_PICTURE_BYTES)
      throw new Failure('driver.refused', 'the screenshot is far too large')
    const picture = await readFile(path)
    return isPng ? new Uint8Array(picture) : convertPpmToPng(picture)
  } finally {
    await rm(path, { force: true })
  }
}
