import { open } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import type { TextFiles } from '../../ports/text-files.ts'

export function createTextFiles(): TextFiles {
  return {
    async readTextTail(path, maxBytes) {
      try {
        await using handle = await open(path)
        const { size } = await handle.stat()
        const length = Math.min(size, maxBytes)
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
        return buffer.subarray(0, bytesRead).toString('utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
        const reason = (error as Error).message
        throw new Failure('blob.unreadable', `${path} cannot be read: ${reason}`, { path }, error)
      }
    },
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
