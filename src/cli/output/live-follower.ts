import { createLogUpdate } from 'log-update'
import type { Follower } from './follower.ts'
import { type BoardEntry, renderHostBoard } from './host-board.ts'
import { describeEvent } from './host-line.ts'

/** How often clocks and rates move on the screen, in milliseconds. */
const REFRESH_MS = 250
/** Where a terminal does not say how large it is, or says that it has no size at all. */
const DEFAULT_SIZE = { columns: 80, rows: 24 }

interface Entry extends BoardEntry {
  readonly waitsFor?: string | undefined
}

/** A live list with one line per host, for terminals; notes scroll away above it. */
export function createLiveFollower(terminal: NodeJS.WriteStream, now: () => number = Date.now): Follower {
  const show = createLogUpdate(terminal)
  const entries = new Map<string, Entry>()
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    if (entries.size === 0) return
    const columns = terminal.columns || DEFAULT_SIZE.columns
    const rows = terminal.rows || DEFAULT_SIZE.rows
    show(renderHostBoard([...entries.values()].map(boardEntry), now(), { columns, rows }))
  }

  return {
    note: (text) => show.persist(text),
    host: ({ name }, life, waitsFor) => {
      const before = entries.get(name)
      const news = before?.life.phase === life.phase ? before.news : undefined
      entries.set(name, { name, life, waitsFor, ...(news === undefined ? {} : { news }) })
      timer ??= setInterval(draw, REFRESH_MS)
    },
    event: (event, { name }, life) => {
      const before = entries.get(name)
      if (!before) return
      const isNews = event.type === 'host.stalled' || event.type === 'artifact.aborted'
      const line = isNews ? describeEvent(event, life) : undefined
      const hasMoved = event.type === 'phase.changed'
      const news = hasMoved ? undefined : (line ?? before.news)
      const waitsFor = hasMoved ? undefined : before.waitsFor
      entries.set(name, { name, life, waitsFor, ...(news === undefined ? {} : { news }) })
    },
    gone: (name) => void entries.delete(name),
    close: () => {
      clearInterval(timer)
      draw()
      show.done()
    },
  }
}

function boardEntry({ name, life, news, waitsFor }: Entry): BoardEntry {
  const shown = news ?? waitsFor
  return { name, life, ...(shown === undefined ? {} : { news: shown }) }
}
