import { Listr } from 'listr2'
import type { HostEvent } from '../../domain/event.ts'
import type { Host } from '../../domain/host.ts'
import type { Life } from '../../domain/life.ts'
import { describeEvent, describeLife } from './host-line.ts'

/** Shows how hosts get on. */
export interface Follower {
  note(text: string): void
  host(host: Host, life: Life): void
  event(event: HostEvent, host: Host, life: Life): void
  /** Leaves the last state on the screen and gives the terminal back. */
  close(): Promise<void>
}

/** Plain lines, one per piece of news, each with the time since the start; for logs, pipes and `--json`. */
export function createPlainFollower(write: (line: string) => void, now: () => number = Date.now): Follower {
  const start = now()
  const stamp = (): string => `${((now() - start) / 1000).toFixed(1).padStart(7)}s`
  const tenths = new Map<string, number>()
  return {
    note: (text) => write(`${stamp()}  ${text}`),
    host: (host, life) => {
      if (life.phase !== 'defined') write(`${stamp()}  ${host.name}  goes on in ${describeLife(life, now())}`)
    },
    event: (event, host, life) => {
      if (event.type === 'artifact.progress') {
        const tenth = Math.floor((10 * event.data.bytes) / Math.max(1, event.data.total))
        const key = `${host.name} ${event.data.role}`
        if (event.data.role !== 'rootfs' || tenth <= (tenths.get(key) ?? 0)) return
        tenths.set(key, tenth)
        write(`${stamp()}  ${host.name}  ${describeLife(life, now())}`)
        return
      }
      if (event.type === 'artifact.started') tenths.delete(`${host.name} ${event.data.role}`)
      const line = describeEvent(event, life)
      if (line) write(`${stamp()}  ${host.name}  ${line}`)
    },
    close: async () => undefined,
  }
}

/** How often the clocks and rates of a live list move, in milliseconds. */
const REFRESH_MS = 500

/** A live list with one line per host, for terminals. News that must not scroll away is shown below its host. */
export function createLiveFollower(now: () => number = Date.now): Follower {
  const hosts = new Map<string, { host: Host; life: Life; news?: string }>()
  const notes: string[] = []
  let list: Promise<unknown> | undefined
  const over = new AbortController()

  function start(): void {
    list ??= new Listr(
      [...hosts.values()].map((entry) => ({
        title: entry.host.name,
        task: (_: unknown, task: { title: string; output: string }) => follow(entry, task),
      })),
      {
        concurrent: true,
        exitOnError: false,
        rendererOptions: { collapseErrors: false, showErrorMessage: false },
      },
    )
      .run()
      .catch(() => undefined)
  }

  function follow(
    entry: { host: Host; life: Life; news?: string },
    task: { title: string; output: string },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const refresh = (): void => {
        task.title = `${entry.host.name}  ${describeLife(entry.life, now())}`
        if (entry.news) task.output = entry.news
        if (entry.life.phase === 'ready') end(resolve)
        else if (entry.life.phase === 'failed') end(() => reject(new Error(task.title)))
      }
      const timer = setInterval(refresh, REFRESH_MS)
      const stopped = (): void => end(() => reject(new Error('stopped')))
      const end = (settle: () => void): void => {
        clearInterval(timer)
        over.signal.removeEventListener('abort', stopped)
        settle()
      }
      over.signal.addEventListener('abort', stopped, { once: true })
      refresh()
    })
  }

  return {
    note: (text) => {
      if (list !== undefined) notes.push(text)
      else process.stderr.write(`${text}\n`)
    },
    host: (host, life) => {
      hosts.set(host.name, { host, life })
    },
    event: (event, host, life) => {
      const entry = hosts.get(host.name)
      if (!entry) return
      entry.life = life
      const line =
        event.type === 'host.stalled' || event.type === 'artifact.aborted' ? describeEvent(event, life) : ''
      if (line) entry.news = line
      start()
    },
    close: async () => {
      over.abort()
      await list
      for (const note of notes) process.stderr.write(`${note}\n`)
    },
  }
}
