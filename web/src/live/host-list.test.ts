import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Event } from '../../../src/contract/events.ts'
import type { HostView } from '../../../src/contract/hosts.ts'
import { aHostView } from '../hosts/a-host-view.ts'
import { createLiveHosts } from './host-list.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A list over a server whose answers wait until they are given. */
function open() {
  const listeners = new Set<(event: Event) => void>()
  const stateListeners = new Set<() => void>()
  const asked: PromiseWithResolvers<readonly HostView[]>[] = []
  const feed = {
    state: () => 'live' as const,
    onEvent: (listener: (event: Event) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onState: (listener: () => void) => {
      stateListeners.add(listener)
      return () => void stateListeners.delete(listener)
    },
  }
  const list = createLiveHosts(feed, () => {
    const answer = Promise.withResolvers<readonly HostView[]>()
    asked.push(answer)
    return answer.promise
  })
  onTestFinished(() => list.close())
  const settle = () => vi.advanceTimersByTimeAsync(0)
  return {
    asked,
    list,
    answer: async (...hosts: HostView[]) => {
      asked.at(-1)?.resolve(hosts)
      await settle()
    },
    refuse: async (reason: string) => {
      asked.at(-1)?.reject(new Error(reason))
      await settle()
    },
    tell: (type: string, time: number, data: Event['data'], host = 'store-1') => {
      for (const listener of listeners) listener({ time, host, type, data })
    },
    goLive: () => {
      for (const listener of stateListeners) listener()
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

const phases = ({ list }: ReturnType<typeof open>) => list.snapshot().hosts.map(({ phase }) => phase)
const moved = { from: 'kernel', to: 'initrd' }

describe('the list of hosts', () => {
  test('is what the server said, moved on by what happened while it was under way', async () => {
    const live = open()
    live.tell('phase.changed', 20, moved)
    live.tell('phase.changed', 5, { from: 'starting', to: 'firmware' })

    await live.answer(aHostView({ phase: 'kernel', lastSeen: 10 }))

    // The second is of before the list.
    expect(phases(live)).toEqual(['initrd'])
  })

  test('draws bytes in bursts without asking again', async () => {
    const live = open()
    await live.answer(aHostView({ phase: 'rootfs' }))
    let drawn = 0
    live.list.subscribe(() => {
      drawn += 1
    })

    for (let bytes = 1; bytes <= 100; bytes += 1) {
      live.tell('artifact.progress', bytes, { role: 'rootfs', bytes, total: 100 })
    }
    await live.pass(250)

    expect(drawn).toBe(1)
    expect(live.list.snapshot().hosts[0]?.transfers.rootfs?.bytes).toBe(100)
    expect(live.asked.length).toBe(1)
  })

  test('is asked for again after events that do not tell all, at most every five seconds', async () => {
    const live = open()
    await live.answer(aHostView())

    for (let time = 1; time <= 50; time += 1) live.tell('host.stage', time, { stage: 'before-install' })
    await live.pass(4999)
    expect(live.asked.length).toBe(1)
    await live.pass(1)
    expect(live.asked.length).toBe(2)
    // It is under way, and may be of before this.
    live.tell('phase.changed', 60, moved)
    await live.pass(20_000)
    expect(live.asked.length).toBe(2)
    await live.answer(aHostView({ phase: 'initrd', lastSeen: 60 }))
    await live.pass(5000)

    expect(live.asked.length).toBe(3)
  })

  test('is asked for when an unknown host is told of, and every half minute when nothing happens', async () => {
    const live = open()
    await live.answer()

    live.tell('artifact.progress', 1, { role: 'kernel', bytes: 1, total: 2 }, 'new')
    await live.pass(5000)
    expect(live.asked.length).toBe(2)
    await live.answer(aHostView({ name: 'new' }))
    await live.pass(30_000)

    expect(live.asked.length).toBe(3)
  })

  test('keeps what it had while the server is away, and is asked for until it is back', async () => {
    const live = open()
    await live.answer(aHostView({ phase: 'kernel' }))
    live.goLive()
    await live.pass(5000)
    await live.refuse('away')
    expect(live.list.snapshot()).toMatchObject({ isLoaded: true, error: new Error('away') })
    expect(phases(live)).toEqual(['kernel'])

    await live.pass(5000)
    await live.answer(aHostView({ phase: 'rootfs' }))

    expect(phases(live)).toEqual(['rootfs'])
    expect(live.list.snapshot().error).toBeUndefined()
  })

  test('keeps the very host that did not change, so that it is not drawn anew', async () => {
    const live = open()
    await live.answer(aHostView({ name: 'a', labels: { site: 'x' } }), aHostView({ name: 'b' }))
    const [a, b] = live.list.snapshot().hosts
    live.list.refresh()
    await live.pass(5000)

    await live.answer(
      aHostView({ name: 'a', labels: { site: 'x' } }),
      aHostView({ name: 'b', phase: 'ready' }),
    )

    expect(live.list.snapshot().hosts[0]).toBe(a)
    expect(live.list.snapshot().hosts[1]).not.toBe(b)
  })
})
