const LIMIT_MS = 3000

/** Whether a boot server answers there; why not, as the end of a sentence. `url`: `http://HOST:PORT`. */
export async function askHealth(
  url: string,
  signal: AbortSignal,
): Promise<'answers' | { readonly why: string }> {
  const late = AbortSignal.timeout(LIMIT_MS)
  try {
    const answer = await fetch(`${url}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    })
    await answer.body?.cancel()
    return answer.status === 200
      ? 'answers'
      : { why: `answers ${answer.status}, so something else listens there` }
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return { why: `does not answer within ${LIMIT_MS / 1000} s` }
    const { cause } = error as { readonly cause?: NodeJS.ErrnoException }
    return { why: `does not answer (${cause?.code ?? 'no HTTP'})` }
  }
}
