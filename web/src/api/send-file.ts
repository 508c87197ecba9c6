import { addressOf, csrfHeaders, problemFrom } from './client.ts'
import { ApiProblem } from './problem.ts'

export interface SendFileOptions {
  /** Told of the bytes that are on their way. */
  readonly onProgress: (sentBytes: number) => void
  readonly signal: AbortSignal
}

/**
 * Sends a file as it is, `path` below `/api/v1`. `fetch` does not tell how far it is, XMLHttpRequest does. Failure:
 * `ApiProblem`, or the reason of the signal.
 */
export function sendFile<T>(path: string, file: File, { onProgress, signal }: SendFileOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    signal.addEventListener('abort', stop, { once: true })
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onabort = () => reject(signal.reason)
    request.onerror = () =>
      reject(new ApiProblem(0, 'server.unreachable', 'The connection to the server broke. Is it running?'))
    request.onload = () => {
      if (request.status < 300) resolve(parsed(request.responseText) as T)
      else reject(problemFrom(request.status, parsed(request.responseText)))
    }
    request.onloadend = () => signal.removeEventListener('abort', stop)
    request.open('PUT', addressOf(path))
    request.setRequestHeader('content-type', 'application/octet-stream')
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value)
    request.send(file)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
