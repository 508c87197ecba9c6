import type { VimCall } from '../../../codec/vim25/call.ts'
import { parseDatastorePath } from '../../../codec/vim25/datastore-path.ts'
import { deleteDatastoreFile } from '../../../codec/vim25/file-calls.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import type { Log } from '../../../ports/log.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { MediaLibrary } from '../media/media-library.ts'

/** A picture of any console is far smaller. Bytes. */
const MAX_PICTURE_BYTES = 64 * 1024 * 1024
const PNG = [0x89, 0x50, 0x4e, 0x47]

/** The console as PNG, by way of a file beside the machine's, which is removed again. */
export async function takeScreenshot(
  { object, name }: { readonly object: ManagedObject; readonly name: string },
  parts: {
    readonly client: VimClient
    readonly media: Pick<MediaLibrary, 'datacenterOf'>
    readonly log: Log
  },
  call: VimCall,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { client, media, log } = parts
  const doing = `taking a screenshot of ${name}`
  const result = await client.runTask(call, { doing, repeatable: true }, signal)
  const place = parseDatastorePath(result?.text ?? '')
  if (!place) throw new Failure('packet.malformed', `${doing}: the server does not say where it is`)
  const datacenter = await media.datacenterOf(object, signal)
  try {
    const file = { datacenterPath: datacenter.path, ...place }
    const picture = await client.transfers.download(file, MAX_PICTURE_BYTES, signal)
    if (PNG.every((byte, index) => picture[index] === byte)) return picture
    throw new Failure('driver.refused', `${doing}: the server sends no PNG`)
  } finally {
    await removeFile().catch((error: unknown) =>
      log.debug({ err: error, file: result?.text }, 'a screenshot was left on the datastore'),
    )
  }

  async function removeFile(): Promise<void> {
    const { fileManager } = await client.content(signal)
    const file = { datacenter: datacenter.ref, path: result?.text ?? '' }
    await client.runTask(
      deleteDatastoreFile(fileManager, file),
      { doing: `removing ${file.path}`, repeatable: true },
      signal,
    )
  }
}
