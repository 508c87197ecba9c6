import type { IncomingMessage } from 'node:http'
import { Failure } from '../../domain/failure.ts'

/**
 * The bytes of a body as they come, never more than the stream holds. Failure `upload.stalled` when nothing comes for
 * `idleMs` while it is waited for, `upload.incomplete` when the sender goes away. The connection stays as it is, so
 * that whoever sends can still be told why it ended.
 */
export async function* uploadBody(request: IncomingMessage, idleMs: number): AsyncGenerator<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false })
  for (;;) {
    const { done, value } = await inTime(chunks.next(), idleMs)
    if (done) return
    yield value as Uint8Array
  }
}

async function inTime<T>(coming: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const stalled = new Promise<never>((_resolve, reject) => {
    const message = `nothing came for ${Math.round(idleMs / 1000)} s; upload the file again`
    timer = setTimeout(() => reject(new Failure('upload.stalled', message)), idleMs)
  })
  const whole = coming.catch((error: unknown) => {
    throw new Failure('upload.incomplete', 'the connection ended before all of the file was there', {}, error)
  })
  try {
    return await Promise.race([whole, stalled])
  } finally {
    clearTimeout(timer)
  }
}
