import { createLogUpdate } from 'log-update'
import type { Follower } from './follower.ts'
import { type BoardEntry, renderHostBoard } from './host-board.ts'
import { describeEvent } from './host-line.ts'

/** How often clocks and rates move on the screen, in milliseconds. */
const REFRESH_MS = 250
/** Where a terminal does not say how large it is. */
const DEFAULT_SIZE = { columns: 80, rows: 24 }

/** A live list with one line per host, for terminals; notes scroll away above it. */
export function createLiveFollower(terminal: NodeJS.WriteStream, now: () => number = Date.now): Follower {
  const show = createLogUpdate(terminal)
  const entries = new Map<string, BoardEntry>()
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    if (entries.size === 0) return
    const { columns = DEFAULT_SIZE.columns, rows = DEFAULT_SIZE.rows } = terminal
    show(renderHostBoard([...entries.values()], now(), { columns, rows }))
  }

  return {
    note: (text) => show.persist(text),
    host: ({ name }, life) => {
      entries.set(name, { name, life })
      timer ??= setInterval(draw, REFRESH_MS)
    },
    event: (event, { name }, life) => {
      const before = entries.get(name)
      if (!before) return
      const isNews = event.type === 'host.stalled' || event.type === 'artifact.aborted'
      const line = isNews ? describeEvent(event, life) : undefined
      const news = event.type === 'phase.changed' ? undefined : (line ?? before.news)
      entries.set(name, { name, life, ...(news === undefined ? {} : { news }) })
    },
    close: () => {
      clearInterval(timer)
      draw()
      show.done()
    },
  }
}
