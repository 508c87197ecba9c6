import type { Life } from '../../domain/life.ts'
import type { BoardEntry, ShownDiagnosis } from './board-entry.ts'
import type { Follower } from './follower.ts'
import { renderHostBoard } from './host-board.ts'
import { describeEvent } from './host-line.ts'
import { HIDE_CURSOR, repaint, repaintAfterResize, SHOW_CURSOR, unpaint } from './painter.ts'

/** How often clocks and rates move on the screen, in milliseconds. */
const REFRESH_MS = 250
/** Where a terminal does not say how large it is, or says that it has no size at all. */
const DEFAULT_SIZE = { columns: 80, rows: 24 }

export interface LiveFollowerOptions {
  readonly now?: () => number
  /** For hosts whose lives are known in full: why one does not get on. Otherwise that is told with the host. */
  readonly diagnose?: (life: Life, now: number) => ShownDiagnosis | undefined
}

/** A live list of hosts for terminals; notes scroll away above it. */
export function createLiveFollower(
  terminal: NodeJS.WriteStream,
  { now = Date.now, diagnose }: LiveFollowerOptions = {},
): Follower {
  const entries = new Map<string, BoardEntry>()
  let drawn: readonly string[] = []
  let drawnColumns = 0
  let timer: NodeJS.Timeout | undefined
  let trouble: string | undefined
  const atEnd = (): void => void terminal.write(SHOW_CURSOR)

  function draw(): void {
    if (entries.size === 0) return
    const columns = terminal.columns || DEFAULT_SIZE.columns
    const rows = terminal.rows || DEFAULT_SIZE.rows
    const shown = diagnose ? [...entries.values()].map(withDiagnosis(diagnose)) : [...entries.values()]
    // A character in the last column would leave the cursor of most terminals in between two lines.
    const next = renderHostBoard(shown, now(), { columns: Math.max(1, columns - 1), rows }, trouble)
    const isResized = drawn.length > 0 && drawnColumns !== columns
    const text = isResized ? repaintAfterResize(drawn, next, columns) : repaint(drawn, next)
    drawn = next
    drawnColumns = columns
    if (text !== '') terminal.write(text)
  }

  function withDiagnosis(find: NonNullable<LiveFollowerOptions['diagnose']>) {
    return (entry: BoardEntry): BoardEntry => ({ ...entry, diagnosis: find(entry.life, now()) })
  }

  function begin(): void {
    if (timer) return
    terminal.write(HIDE_CURSOR)
    process.once('exit', atEnd)
    terminal.on('resize', draw)
    timer = setInterval(draw, REFRESH_MS)
  }

  return {
    note: (text) => {
      terminal.write(`${unpaint(drawn)}${text}\n`)
      drawn = []
      if (timer) draw()
    },
    away: (text) => {
      trouble = text
    },
    host: ({ name }, life, { waitsFor, diagnosis } = {}) => {
      const before = entries.get(name)
      const news = before?.life.phase === life.phase ? before.news : undefined
      entries.set(name, { name, life, waitsFor, diagnosis, news })
      begin()
    },
    event: (event, { name }, life) => {
      const before = entries.get(name)
      if (!before) return
      const hasMoved = event.type === 'phase.changed'
      const isNews = event.type === 'host.stalled' || event.type === 'artifact.aborted'
      const news = isNews ? describeEvent(event, life) : before.news
      entries.set(name, hasMoved ? { name, life } : { ...before, life, news })
    },
    gone: (name) => void entries.delete(name),
    hide: (name) => void entries.delete(name),
    close: () => {
      clearInterval(timer)
      if (timer) {
        draw()
        terminal.off('resize', draw)
        process.off('exit', atEnd)
        atEnd()
      }
      timer = undefined
    },
  }
}
