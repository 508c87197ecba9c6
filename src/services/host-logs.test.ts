import { describe, expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createRecordingLog } from '../../test/support/recording-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { openHostBook } from './host-book.ts'
import { openHostLogs } from './host-logs.ts'

const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'
const DAY_MS = 24 * 3_600_000

async function openLogs(...hosts: readonly string[]) {
  const clock = createFakeClock(Date.UTC(2026, 10, 28))
  const log = createRecordingLog()
  const store = createMemoryStore()
  const book = await openHostBook({ store, clock, random: createFixedRandom(), log })
  await book.add(...hosts.map((name) => aHost({ name })))
  const kept = new Map<string, string[]>()
  const logs = openHostLogs({
    book,
    store: {
      append: (host, lines) => void kept.set(host, [...(kept.get(host) ?? []), ...lines]),
      tail: async (host) => (kept.get(host) ?? []).join('\n'),
      remove: async (host) => void kept.delete(host),
    },
    clock,
    log,
  })
  return {
    clock,
    book,
    logs,
    kept,
    seen: (host: string, address: string) =>
      book.record(host, { type: 'script.served', data: { action: 'wait', address } }),
    say: (address: string, text: string, hostname?: string) =>
      logs.receive({ app: 'ipxe', text, ...(hostname ? { hostname } : {}) }, { address }),
    texts: (host: string) => (kept.get(host) ?? []).map((line) => line.replace(/^\S+ ipxe /, '')),
  }
}

describe('what a machine says goes to the host that it is', () => {
  test('by its address, with the time and who speaks', async () => {
    const { seen, say, kept } = await openLogs('edge-1', 'edge-2')
    await seen('edge-1', '192.0.2.7')
    await seen('edge-2', '192.0.2.8')

    say('192.0.2.8', 'one\n\ntwo')
    say('192.0.2.9', 'of nobody')

    expect([...kept]).toEqual([
      ['edge-2', ['2026-11-28T00:00:00.000Z ipxe one', '2026-11-28T00:00:00.000Z ipxe two']],
    ])
  })

  test('what it said before its address was known is held for it', async () => {
    const { clock, seen, say, texts, kept } = await openLogs('edge-1')
    say('192.0.2.7', 'early')
    clock.advance(1000)
    say('192.0.2.8', 'of another')

    await seen('edge-1', '192.0.2.7')
    say('192.0.2.7', 'later')

    expect(texts('edge-1')).toEqual(['early', 'later'])
    expect(kept.get('edge-1')?.[0]).toContain('2026-11-28T00:00:00.000Z')
  })

  test('not longer than ten minutes, and not more than the last 200 lines', async () => {
    const { clock, seen, say, texts } = await openLogs('edge-1', 'edge-2')
    say('192.0.2.7', 'old')
    clock.advance(600_000)
    for (let at = 0; at < 300; at += 1) say('192.0.2.8', `line ${at}`)

    await seen('edge-1', '192.0.2.7')
    await seen('edge-2', '192.0.2.8')

    expect(texts('edge-1')).toEqual([])
    expect(texts('edge-2')).toHaveLength(200)
    expect(texts('edge-2').at(-1)).toBe('line 299')
  })

  test('of strangers those that spoke last are held, a thousand of them', async () => {
    const { seen, say, texts } = await openLogs('edge-1', 'edge-2')
    for (let at = 0; at <= 1000; at += 1) say(`10.0.${at >> 8}.${at & 255}`, `of ${at}`)

    await seen('edge-1', '10.0.0.0')
    await seen('edge-2', '10.0.0.1')

    expect(texts('edge-1')).toEqual([])
    expect(texts('edge-2')).toEqual(['of 1'])
  })

  test('of long lines fewer are held, of one address and of all', async () => {
    const { seen, say, texts } = await openLogs('edge-1', 'edge-2', 'edge-3')
    for (let at = 0; at < 20; at += 1) say('192.0.2.7', `${at} `.padEnd(8000, 'x'))
    await seen('edge-1', '192.0.2.7')
    for (let address = 0; address < 150; address += 1)
      for (let at = 0; at < 8; at += 1) say(`10.0.0.${address}`, 'y'.repeat(8000))
    await seen('edge-2', '10.0.0.0')
    await seen('edge-3', '10.0.0.149')

    expect(texts('edge-1').map((text) => text.split(' ')[0])).toEqual([
      '12',
      '13',
      '14',
      '15',
      '16',
      '17',
      '18',
      '19',
    ])
    expect(texts('edge-2')).toEqual([])
    expect(texts('edge-3')).toHaveLength(8)
  })

  test('of several behind one address, only to the one it names', async () => {
    const { seen, say, texts } = await openLogs('edge-1', 'edge-2')
    await seen('edge-1', '127.0.0.1')
    await seen('edge-2', '127.0.0.1')

    say('127.0.0.1', 'whose?')
    say('127.0.0.1', 'mine', 'edge-2.example')
    say('127.0.0.1', 'of a stranger', 'edge-3')

    expect([texts('edge-1'), texts('edge-2')]).toEqual([[], ['mine']])
  })

  test('an address that was given to another machine is the one heard from lately', async () => {
    const { clock, seen, say, texts } = await openLogs('edge-1', 'edge-2')
    await seen('edge-1', '192.0.2.7')
    clock.advance(DAY_MS)
    await seen('edge-2', '192.0.2.7')

    say('192.0.2.7', 'new')

    expect([texts('edge-1'), texts('edge-2')]).toEqual([[], ['new']])
  })

  test('what is behind the loopback address is there at the same time, however long ago it was heard from', async () => {
    const { clock, seen, say, texts } = await openLogs('edge-1', 'edge-2')
    await seen('edge-1', '127.0.0.1')
    clock.advance(DAY_MS)
    await seen('edge-2', '127.0.0.1')

    say('127.0.0.1', 'whose?')

    expect([texts('edge-1'), texts('edge-2')]).toEqual([[], []])
  })

  test('a host that moved is no longer at its old address', async () => {
    const { seen, say, texts } = await openLogs('edge-1')
    await seen('edge-1', '192.0.2.7')
    await seen('edge-1', '192.0.2.8')

    say('192.0.2.7', 'of whoever is there now')
    say('192.0.2.8', 'mine')

    expect(texts('edge-1')).toEqual(['mine'])
  })
})

test('the log of a host that is removed goes with it, and nobody inherits its address', async () => {
  const { book, seen, say, kept } = await openLogs('edge-1')
  await seen('edge-1', '192.0.2.7')
  say('192.0.2.7', 'mine')

  await book.remove('edge-1')
  say('192.0.2.7', 'of nobody')

  expect([...kept]).toEqual([])
})

describe('secrets', () => {
  test('of a kernel line never get into a log', async () => {
    const { seen, say, texts } = await openLogs('edge-1')
    await seen('edge-1', '192.0.2.7')

    say('192.0.2.7', `Kernel command line: config_url=http://192.0.2.1:8080/h/${TOKEN}/config.yaml quiet`)
    say('192.0.2.7', 'proxy=http://user:pa55@192.0.2.1:3128 x')

    expect(texts('edge-1')).toEqual([
      'Kernel command line: config_url=http://192.0.2.1:8080/h/***/config.yaml quiet',
      'proxy=http://user:***@192.0.2.1:3128 x',
    ])
  })

  test('not in pieces either, wherever the line was cut', async () => {
    const { seen, say, texts } = await openLogs('edge-1')
    await seen('edge-1', '192.0.2.7')
    const line = `config_url=http://192.0.2.1:8080/h/${TOKEN}/config.yaml quiet`

    for (let at = 1; at < line.length; at += 1) {
      say('192.0.2.7', line.slice(0, at))
      say('192.0.2.7', line.slice(at))
    }

    for (const text of texts('edge-1')) expect(text).not.toMatch(/abcd|hijk|stuv|4567/)
  })
})
