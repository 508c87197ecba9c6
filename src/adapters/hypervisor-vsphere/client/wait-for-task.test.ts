import { describe, expect, test, vi } from 'vitest'
import { anElement } from '../../../../test/support/fake-vim-client.ts'
import type { UpdateListener } from './update-hub.ts'
import { waitForTask } from './wait-for-task.ts'

const TASK = { type: 'Task', id: 'task-1' }

/** A hub with one task, and who listens to it. */
function aHub() {
  const listeners = new Set<UpdateListener>()
  const tell = (properties: Record<string, string> | undefined): void => {
    const map =
      properties &&
      new Map(Object.entries(properties).map(([path, text]) => [path, anElement('val', text)] as const))
    for (const listener of [...listeners]) listener(map, new Set(map?.keys()))
  }
  const watch = (_: unknown, listener: UpdateListener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return { watch, tell, listeners }
}

function waiting(given: { limitMs?: number; onProgress?: (percent: number) => void } = {}) {
  const hub = aHub()
  const end = new AbortController()
  const options = { doing: 'creating edge-1', limitMs: 60_000, ...given }
  const done = waitForTask(hub, TASK, options, end.signal)
  return { ...hub, end, done }
}

describe('waiting for a task', () => {
  test('ends with its result, having told how far it was, each step once', async () => {
    const steps: number[] = []
    const { tell, done, listeners } = waiting({ onProgress: (percent) => void steps.push(percent) })

    tell({ 'info.state': 'queued' })
    for (const progress of ['10', '10', '55']) tell({ 'info.state': 'running', 'info.progress': progress })
    tell({ 'info.state': 'success', 'info.result': 'vm-7' })

    expect((await done)?.text).toBe('vm-7')
    expect(steps).toEqual([10, 55])
    expect(listeners.size).toBe(0)
  })

  test('ends with what the server says against it', async () => {
    const { tell, done } = waiting()
    tell({ 'info.state': 'error' })
    await expect(done).rejects.toThrow(/creating edge-1: MethodFault/)
  })

  test('ends when the server has forgotten it: what became of it has to be looked at', async () => {
    const { tell, done, listeners } = waiting()
    tell(undefined)
    await expect(done).rejects.toMatchObject({ code: 'driver.unreachable', details: { sent: true } })
    expect(listeners.size).toBe(0)
  })

  test('ends with the reason of whoever gives up, at once', async () => {
    const { end, done, listeners } = waiting()
    end.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
    expect(listeners.size).toBe(0)
    expect(() => waitForTask(aHub(), TASK, { doing: '', limitMs: 1 }, end.signal)).toThrow('enough')
  })

  test('ends after its time, and says how far the task was', async () => {
    vi.useFakeTimers()
    try {
      const { tell, done, listeners } = waiting({ limitMs: 60_000 })
      tell({ 'info.state': 'running', 'info.progress': '40' })
      vi.advanceTimersByTime(60_001)
      await expect(done).rejects.toThrow('not done after 60 s, at 40 %')
      expect(listeners.size).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
