import { X509Certificate } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'

const MAX_SECRET_BYTES = 8192
const MAX_CERTIFICATES_BYTES = 1024 * 1024

/**
 * The text of a file with a secret in it, which only its owner may read. `option` named the file, for messages. Failure
 * `usage.invalid`, which never holds any part of the secret.
 */
export function readSecretFile(path: string, option: string): Promise<string> {
  return readSmallFile(path, MAX_SECRET_BYTES, (mode) => {
    if ((mode & 0o077) === 0) return
    const octal = (mode & 0o777).toString(8).padStart(4, '0')
    throw new Failure(
      'usage.invalid',
      `${option} ${path}: other users may read it (mode ${octal}); do chmod 600 ${path}`,
      { path },
    )
  })
}

/** PEM certificates of a file that `option` named. Failure `usage.invalid` when it holds none. */
export async function readCertificatesFile(path: string, option: string): Promise<string> {
  const text = await readSmallFile(path, MAX_CERTIFICATES_BYTES, () => undefined)
  try {
    // TLS contexts skip in silence what they cannot read.
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (blocks.length === 0) throw new Error('there is none in it')
    for (const block of blocks) new X509Certificate(block)
    return blocks.join('\n')
  } catch (error) {
    throw new Failure(
      'usage.invalid',
      `${option} ${path}: expected PEM certificates: ${(error as Error).message}`,
      { path },
      error,
    )
  }
}

async function readSmallFile(
  path: string,
  maxBytes: number,
  checkMode: (mode: number) => void,
): Promise<string> {
  try {
    // Non-blocking, so that a named pipe without a writer does not hold us up for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await handle.stat()
    if (!stat.isFile()) throw new Failure('usage.invalid', `${path}: expected a file`, { path })
    checkMode(stat.mode)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
    if (bytesRead > maxBytes)
      throw new Failure('usage.invalid', `${path}: larger than ${maxBytes} bytes`, { path })
    return buffer.subarray(0, bytesRead).toString('utf8')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('usage.invalid', `${path} cannot be read: ${(error as Error).message}`, { path }, error)
  }
}
