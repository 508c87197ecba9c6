import type { Host } from '../domain/host.ts'
import type { Life } from '../domain/life.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { HostBook, HostState } from './host-book.ts'

/** Keeps every host that is not ready on its way, one loop each. Disposing ends the loops and leaves the machines. */
export interface FleetRunner extends AsyncDisposable {
  /** Takes up every host that needs it and has no loop yet. */
  look(): void
  /** Ends the loop over a host, if there is one. */
  stop(host: string): Promise<void>
  /** What keeps the loop over a host from working, when it broke off. */
  trouble(host: string): string | undefined
  /** Resolves when each of the hosts is ready, has failed or, where broken loops stay down, has broken off. */
  settled(hosts: readonly string[], signal: AbortSignal): Promise<void>
}

export interface FleetRunnerDependencies {
  readonly book: HostBook
  /** Drives one host to its end; rejects when that cannot be done at the moment. */
  readonly provision: (host: Host, signal: AbortSignal) => Promise<Life>
  /** Whether there is anything to do for the host, which is not ready, beyond waiting for it to ask. */
  readonly isWanted: (state: HostState) => boolean
  /** Milliseconds until a loop that broke is begun again, by how often it broke; `undefined`: never. */
  readonly pauseMs: (attempt: number) => number | undefined
  readonly clock: Clock
  readonly log: Log
}

interface Loop {
  readonly stop: AbortController
  readonly done: Promise<void>
}

export function createFleetRunner(dependencies: FleetRunnerDependencies): FleetRunner {
  const { book, provision, isWanted, pauseMs, clock, log } = dependencies
  const loops = new Map<string, Loop>()
  const troubles = new Map<string, string>()
  const watchers = new Set<() => void>()
  let closed = false

  const changed = (): void => {
    for (const watcher of [...watchers]) watcher()
  }
  const unsubscribe = book.subscribe((event, state) => {
    // A host that was ready or had failed may be wanted again: reinstalled, tried again, or back from the dead.
    if (event.type !== 'artifact.progress') takeUp(state)
  })

  function takeUp(state: HostState): void {
    const { host, life } = state
    if (closed || loops.has(host.name) || troubles.has(host.name)) return
    if (life.phase === 'ready' || !isWanted(state)) return
    const stop = new AbortController()
    // Begun later, so that whoever caused this is through with it.
    const done = Promise.resolve().then(() => follow(host, stop.signal))
    loops.set(host.name, { stop, done })
  }

  async function follow(host: Host, signal: AbortSignal): Promise<void> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const error = await attemptOnce(host, signal)
        if (error === undefined || signal.aborted) return
        const pause = pauseMs(attempt)
        troubles.set(host.name, error instanceof Error ? error.message : String(error))
        log.warn({ err: error, host: host.name, attempt, pauseMs: pause }, 'a host cannot be driven')
        if (pause === undefined) return
        await clock.sleep(pause, signal).catch(() => undefined)
        if (signal.aborted) return
      }
    } finally {
      loops.delete(host.name)
      changed()
      // Something may have happened between the end of the loop and now.
      const state = book.state(host.name)
      if (state && !signal.aborted) takeUp(state)
    }
  }

  async function attemptOnce(host: Host, signal: AbortSignal): Promise<unknown> {
    try {
      await provision(host, signal)
      troubles.delete(host.name)
      return undefined
    } catch (error) {
      return error
    }
  }

  function isSettled(name: string): boolean {
    if (loops.has(name)) return false
    const phase = book.state(name)?.life.phase
    return phase === undefined || phase === 'ready' || phase === 'failed' || troubles.has(name)
  }

  return {
    look: () => {
      for (const state of book.states()) takeUp(state)
    },
    stop: async (name) => {
      const loop = loops.get(name)
      loop?.stop.abort(new Error('the host is let go'))
      await loop?.done
      troubles.delete(name)
    },
    trouble: (name) => troubles.get(name),
    settled: (hosts, signal) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (!hosts.every(isSettled)) return
          end()
          resolve()
        }
        const aborted = (): void => {
          end()
          reject(signal.reason)
        }
        const unheard = book.subscribe(watcher)
        const end = (): void => {
          unheard()
          watchers.delete(watcher)
          signal.removeEventListener('abort', aborted)
        }
        watchers.add(watcher)
        signal.addEventListener('abort', aborted, { once: true })
        if (signal.aborted) aborted()
        else watcher()
      }),
    [Symbol.asyncDispose]: async () => {
      closed = true
      unsubscribe()
      const all = [...loops.values()]
      for (const { stop } of all) stop.abort(new Error('the program stops'))
      await Promise.allSettled(all.map(({ done }) => done))
    },
  }
}
