import { type FileHandle, open, stat } from 'node:fs/promises'
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
        await refuseNamedPipe(path)
        await using handle = await open(path)
        // One byte more than allowed is read, so that pipes and devices end too.
        const bytes = await readUpTo(handle, maxBytes + 1)
        if (bytes.length > maxBytes)
          throw new Failure('blob.unreadable', `${path} is larger than ${maxBytes} bytes`, { path })
        return bytes.toString('utf8')
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

/** Pipes give what was written last, not all there will be. */
async function readUpTo(handle: FileHandle, most: number): Promise<Buffer> {
  const bytes = Buffer.alloc(most)
  let filled = 0
  while (filled < most) {
    const { bytesRead } = await handle.read(bytes, filled, most - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** Opening one waits until somebody writes, for ever and uninterruptibly. What a shell hands over is under /dev. */
async function refuseNamedPipe(path: string): Promise<void> {
  if (path.startsWith('/dev/') || !(await stat(path)).isFIFO()) return
  throw new Failure(
    'blob.unreadable',
    `${path} is a named pipe; name a file, or hand the text over as /dev/stdin`,
    { path },
  )
}
