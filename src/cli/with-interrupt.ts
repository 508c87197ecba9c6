/**
 * Runs work with a signal that aborts on Ctrl+C, SIGTERM or SIGHUP. The second Ctrl+C ends the process at once,
 * for when the orderly end hangs.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new Error(`stopped by ${name}`))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, stop)
  try {
    return await work(controller.signal)
  } finally {
    for (const name of names) process.off(name, stop)
  }
}
