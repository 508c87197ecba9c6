/** After this long people want to know that something is going on, and that often. Milliseconds. */
const FIRST_MS = 1000
const AGAIN_MS = 10_000

/**
 * Runs work that usually takes no time; when it takes longer than a second, tells every ten seconds what is waited
 * for and how long.
 */
export async function withPatience<T>(
  write: (line: string) => void,
  what: () => string,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now()
  const tell = (): void => write(`${what()} … ${Math.round((performance.now() - start) / 1000)} s`)
  let again: NodeJS.Timeout | undefined
  const first = setTimeout(() => {
    tell()
    again = setInterval(tell, AGAIN_MS)
  }, FIRST_MS)
  try {
    return await work()
  } finally {
    clearTimeout(first)
    clearInterval(again)
  }
}
