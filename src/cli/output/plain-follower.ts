import type { Follower } from './follower.ts'
import { describeDiagnosis, describeEvent, describeLife } from './host-line.ts'

/** Plain lines, one per piece of news, each with the time since the start; for logs, pipes and `--json`. */
export function createPlainFollower(write: (line: string) => void, now: () => number = Date.now): Follower {
  const start = now()
  const stamp = (): string => `${((now() - start) / 1000).toFixed(1).padStart(7)}s`
  let isAway = false
  const tenths = new Map<string, number>()
  /** Phase, hindrance and trouble of each host as they were told last. */
  const told = new Map<
    string,
    { readonly phase: string; readonly waitsFor?: string | undefined; readonly rule?: string | undefined }
  >()
  return {
    note: (text) => write(`${stamp()}  ${text}`),
    away: (text) => {
      if (text !== undefined) write(`${stamp()}  ${text}`)
      else if (isAway) write(`${stamp()}  the server is there again`)
      isAway = text !== undefined
    },
    host: ({ name }, life, { waitsFor, diagnosis } = {}) => {
      const before = told.get(name)
      told.set(name, { phase: life.phase, waitsFor, rule: diagnosis?.rule ?? before?.rule })
      if (waitsFor !== undefined && waitsFor !== before?.waitsFor) write(`${stamp()}  ${name}  ${waitsFor}`)
      if (diagnosis && diagnosis.rule !== before?.rule) {
        write(`${stamp()}  ${name}  ${describeDiagnosis(life, diagnosis)}`)
        return
      }
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
      // It is told with the reason in full.
      if (event.type === 'host.stalled' || event.type === 'host.failed') {
        const { phase = life.phase, ...known } = told.get(host.name) ?? {}
        told.set(host.name, { ...known, phase, rule: event.data.rule })
      }
      const line = describeEvent(event, life)
      if (line) write(`${stamp()}  ${host.name}  ${line}`)
    },
    gone: (name) => {
      told.delete(name)
      write(`${stamp()}  ${name}  is gone`)
    },
    hide: (name) => void told.delete(name),
    close: () => undefined,
  }
}
