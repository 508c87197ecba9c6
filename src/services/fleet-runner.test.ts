import { describe, expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import type { Host } from '../domain/host.ts'
import type { Life } from '../domain/life.ts'
import { createFleetRunner } from './fleet-runner.ts'
import { type HostBook, openHostBook } from './host-book.ts'

const log = createSilentLog()
const { signal } = new AbortController()

async function aRunner(
  provision: (host: Host, book: HostBook, signal: AbortSignal) => Promise<Life>,
  pauseMs: (attempt: number) => number | undefined = () => undefined,
) {
  const clock = createFakeClock()
  const book = await openHostBook({ store: createMemoryStore(), clock, random: createFixedRandom(), log })
  await book.add(aHost())
  const begun: string[] = []
  const runner = createFleetRunner({
    book,
    provision: (host, inside) => {
      begun.push(host.name)
      return provision(host, book, inside)
    },
    isWanted: () => true,
    pauseMs,
    clock,
    log,
  })
  return { book, runner, begun }
}

/** A host comes up at once. */
async function comeUp(host: Host, book: HostBook): Promise<Life> {
  const address = '192.0.2.7'
  await book.record(host.name, { type: 'script.served', data: { action: 'install', address } })
  const data = { bytes: 1, address, userAgent: '', inert: false }
  await book.record(host.name, { type: 'config.served', data })
  await book.record(host.name, { type: 'host.stage', data: { stage: 'disk-boot', detail: '', address } })
  await book.record(host.name, { type: 'probe.result', data: { probe: 'x', ok: true, detail: '' } })
  const life = book.state(host.name)?.life
  if (!life) throw new Error('gone')
  return life
}

describe('the loops over a fleet', () => {
  test('take up each host once and let go of it when it is ready', async () => {
    const { runner, begun, book } = await aRunner(comeUp)

    runner.look()
    runner.look()
    await runner.settled(['edge-1'], signal)

    expect(begun).toEqual(['edge-1'])
    expect(book.state('edge-1')?.life.phase).toBe('ready')
  })

  test('take a host up again when it is to be reinstalled', async () => {
    const { runner, begun, book } = await aRunner(comeUp)
    runner.look()
    await runner.settled(['edge-1'], signal)

    await book.record('edge-1', { type: 'host.reinstall', data: { by: 'anna' } })
    await runner.settled(['edge-1'], signal)

    expect(begun).toEqual(['edge-1', 'edge-1'])
    expect(book.state('edge-1')?.life.installs).toBe(2)
  })

  test('begin a broken one again after growing pauses, and say meanwhile what is wrong', async () => {
    const pauses: number[] = []
    const troubles: (string | undefined)[] = []
    const { runner, begun } = await aRunner(
      async (host, book) => {
        troubles.push(runner.trouble('edge-1'))
        if (begun.length < 3) throw new Error('no route to the hypervisor')
        return await comeUp(host, book)
      },
      (attempt) => {
        pauses.push(attempt * 1000)
        return attempt * 1000
      },
    )

    runner.look()
    await expect.poll(() => begun.length).toBe(3)
    await expect.poll(() => runner.trouble('edge-1')).toBeUndefined()

    expect(pauses).toEqual([1000, 2000])
    expect(troubles).toEqual([undefined, 'no route to the hypervisor', 'no route to the hypervisor'])
  })

  test('leave a broken one down where nobody wants it tried again', async () => {
    const { runner } = await aRunner(async () => {
      throw new Error('no such bridge')
    })

    runner.look()
    await runner.settled(['edge-1'], signal)

    expect(runner.trouble('edge-1')).toBe('no such bridge')
  })

  test('end with the program', async () => {
    const { runner, begun } = await aRunner(
      (_host, _book, inside) =>
        new Promise((_, reject) => inside.addEventListener('abort', () => reject(inside.reason))),
    )
    runner.look()
    await expect.poll(() => begun.length).toBe(1)

    await runner[Symbol.asyncDispose]()
    runner.look()

    expect(begun.length).toBe(1)
  })
})
