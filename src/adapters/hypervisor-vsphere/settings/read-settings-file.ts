import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { Failure } from '../../../domain/failure.ts'
import type { NamedFile } from './govc-environment.ts'

/**
 * Text of a small file. Failure `usage.invalid` saying what named it, when it is too large, no file, or cannot be
 * read; or when it is secret and other users may read it.
 */
export async function readSettingsFile(
  { path, namedBy }: NamedFile,
  { maxBytes, secret = false }: { readonly maxBytes: number; readonly secret?: boolean },
): Promise<string> {
  const refused = (why: string, cause?: unknown): Failure =>
    new Failure('usage.invalid', `${namedBy}: ${path} ${why}`, { path }, cause)
  try {
    // Non-blocking, so that a named pipe without a writer does not hold us up for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await handle.stat()
    if (!stat.isFile()) throw refused('is no file')
    if (secret && (stat.mode & 0o077) !== 0) {
      const octal = (stat.mode & 0o777).toString(8).padStart(4, '0')
      throw refused(`can be read by other users (mode ${octal}); do chmod 600 ${path}`)
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
    if (bytesRead > maxBytes) throw refused(`is larger than ${maxBytes} bytes`)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } catch (error) {
    throw error instanceof Failure ? error : refused(`cannot be read: ${(error as Error).message}`, error)
  }
}
