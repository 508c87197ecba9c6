import { lookup } from 'node:dns/promises'

const LIMIT_MS = 5000

/** What a name stands for, as this computer sees it; `not-found`: there is no such name, `unknown`: nobody could be asked. */
export async function lookUpName(
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | 'not-found' | 'unknown'> {
  const late = Promise.withResolvers<'unknown'>()
  const either = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const give = () => late.resolve('unknown')
  either.addEventListener('abort', give, { once: true })
  if (either.aborted) give()
  // It cannot be stopped, and ends by itself.
  const found = lookup(name, { all: true }).then(
    (addresses) => addresses.map(({ address }) => address),
    ({ code }: NodeJS.ErrnoException) => (code === 'ENOTFOUND' ? 'not-found' : 'unknown'),
  )
  const result = await Promise.race([found, late.promise])
  either.removeEventListener('abort', give)
  signal.throwIfAborted()
  return result
}
