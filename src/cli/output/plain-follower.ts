import type { Follower } from './follower.ts'
import { describeEvent, describeLife } from './host-line.ts'

/** Plain lines, one per piece of news, each with the time since the start; for logs, pipes and `--json`. */
export function createPlainFollower(write: (line: string) => void, now: () => number = Date.now): Follower {
  const start = now()
  const stamp = (): string => `${((now() - start) / 1000).toFixed(1).padStart(7)}s`
  const tenths = new Map<string, number>()
  /** Phase and hindrance of each host as they were told last. */
  const told = new Map<string, { readonly phase: string; readonly waitsFor?: string | undefined }>()
  return {
    note: (text) => write(`${stamp()}  ${text}`),
    host: ({ name }, life, waitsFor) => {
      const before = told.get(name)
      told.set(name, { phase: life.phase, waitsFor })
      if (waitsFor !== undefined && waitsFor !== before?.waitsFor) write(`${stamp()}  ${name}  ${waitsFor}`)
      if (before?.phase === life.phase || (!before && life.phase === 'defined')) return
      const isOver = life.phase === 'ready' || life.phase === 'failed'
      write(`${stamp()}  ${name}  ${isOver || before ? '' : 'goes on in '}${describeLife(life, now())}`)
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
      if (event.type === 'phase.changed') told.set(host.name, { phase: event.data.to })
      const line = describeEvent(event, life)
      if (line) write(`${stamp()}  ${host.name}  ${line}`)
    },
    gone: (name) => {
      told.delete(name)
      write(`${stamp()}  ${name}  is gone`)
    },
    close: () => undefined,
  }
}
