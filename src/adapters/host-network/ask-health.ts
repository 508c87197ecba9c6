import { get } from 'node:http'

const LIMIT_MS = 3000

/**
 * Whether a boot server answers there; why not, as the end of a sentence. `url`: `http://HOST:PORT`. Node's own client
 * instead of `fetch`, which refuses ports that browsers keep away from.
 */
export async function askHealth(
  url: string,
  signal: AbortSignal,
): Promise<'answers' | { readonly why: string }> {
  const late = AbortSignal.timeout(LIMIT_MS)
  try {
    const status = await askStatus(`${url}/healthz`, AbortSignal.any([signal, late]))
    return status === 200 ? 'answers' : { why: `answers ${status}, so something else listens there` }
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return { why: `does not answer within ${LIMIT_MS / 1000} s` }
    return { why: `does not answer (${(error as NodeJS.ErrnoException).code ?? 'no HTTP'})` }
  }
}

function askStatus(url: string, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, agent: false }, (response) => {
      // Of what follows nothing is wanted.
      response.destroy()
      resolve(response.statusCode)
    })
    request.on('error', reject)
  })
}
