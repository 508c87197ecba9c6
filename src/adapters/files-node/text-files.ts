import { open } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import type { TextFiles } from '../../ports/text-files.ts'

export function createTextFiles(): TextFiles {
  return {
    async readTextFile(path, maxBytes) {
      try {
        await using handle = await open(path)
        // One byte more than allowed is read, so that pipes and devices end too.
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1)
        if (bytesRead > maxBytes)
          throw new Failure('blob.unreadable', `${path} is larger than ${maxBytes} bytes`, { path })
        return buffer.subarray(0, bytesRead).toString('utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        if (error instanceof Failure) throw error
        throw new Failure(
          'blob.unreadable',
          `${path} cannot be read: ${(error as Error).message}`,
          { path },
          error,
        )
      }
    },
  }
}
