import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type Life, newLife } from '../../domain/life.ts'
import { PHASES, type Phase } from '../../domain/phase.ts'
import type { ShownDiagnosis } from './board-entry.ts'
import { type BoardEntry, renderHostBoard } from './host-board.ts'

const NOW = 1_000_000
const MIB = 1024 ** 2

function entry(name: string, life: Partial<Life>, more: Omit<BoardEntry, 'name' | 'life'> = {}): BoardEntry {
  return { name, life: { ...newLife(NOW - 5000), ...life }, ...more }
}

const rootfs = (done: number) => ({
  rootfs: { bytes: done * MIB, total: 60 * MIB, rate: MIB, startedAt: NOW, attempts: 1 },
})
const NO_KERNEL: ShownDiagnosis = {
  rule: 'kernel-not-asked',
  seen: 'it got its boot script but has not asked for the kernel',
  cause: 'the server address in the script cannot be reached from its network',
  check: ['--advertise the address that hosts reach this machine by', 'look at its console'],
}
const SILENT: ShownDiagnosis = {
  rule: 'installer-silent',
  seen: 'it has its configuration but does not report its installation',
  cause:
    'no install section, a header the installer does not accept, a disk it refuses, or it cannot phone home',
  check: ['its console (tty1) says which'],
}
const FAILURE = {
  phase: 'config',
  reason: `longer than 20 min 00 s in phase config: ${SILENT.seen}: ${SILENT.cause}`,
}

/** A fleet in the middle of its installation: most are ready, many wait, some move, some are in trouble. */
function fleet(count: number): readonly BoardEntry[] {
  const moving: readonly Phase[] = ['rootfs', 'rootfs', 'installing', 'kernel', 'disk-boot', 'config']
  return Array.from({ length: count }, (_, index) => {
    const name = `store-${String(index + 1).padStart(4, '0')}`
    const kind = index % 25
    if (kind === 3) return entry(name, { phase: 'script', since: NOW - 180_000 }, { diagnosis: NO_KERNEL })
    if (kind === 7 && index % 50 === 7)
      return entry(name, { phase: 'failed', failure: FAILURE as Life['failure'] } as Partial<Life>, {
        diagnosis: SILENT,
      })
    if (kind > 15) return entry(name, { phase: 'ready' })
    if (kind > 11) return entry(name, {}, { waitsFor: 'waits for a free place among the hosts that install' })
    const phase = moving[index % moving.length] ?? 'rootfs'
    return entry(name, {
      phase,
      since: NOW - index * 1000,
      transfers: phase === 'rootfs' ? rootfs(index % 60) : {},
    })
  })
}

describe('the board', () => {
  test('of few hosts has a line for each in order of name, below how they stand and what is wrong', () => {
    const entries = [
      entry('edge-1', { phase: 'rootfs', transfers: rootfs(30) }),
      entry('edge-10', { phase: 'ready' }),
      entry('edge-2', {}, { waitsFor: 'waits for a free place' }),
      entry(
        'edge-3',
        { phase: 'failed', failure: FAILURE as NonNullable<Life['failure']> },
        { diagnosis: SILENT },
      ),
    ]

    expect(renderHostBoard(entries, NOW, { columns: 120, rows: 24 })).toEqual([
      '4 hosts: 1 defined, 1 rootfs, 1 ready, 1 failed; 1.0 MiB/s, downloads end in 1 min 30 s',
      '✘ edge-3 failed in config 5 s ago (installer-silent)',
      '    said    longer than 20 min 00 s in phase config',
      '    seen    it has its configuration but does not report its installation',
      '    likely  no install section, a header the installer does not accept, a disk it refuses, or it cannot phone home',
      '    check   its console (tty1) says which',
      '▸ edge-1   ████████░░░░░░░░ rootfs 50 % of 60 MiB, 1.0 MiB/s, 30 s left',
      '✔ edge-10  ready',
      '· edge-2   defined for 5 s; waits for a free place',
    ])
  })

  test('says first why nothing new is heard, and still fits', () => {
    const board = renderHostBoard(fleet(100), NOW, { columns: 80, rows: 24 }, 'the server is away')

    expect(board[0]).toBe('! the server is away')
    expect(board).toHaveLength(23)
  })

  test('of one host is its line and the sum of it', () => {
    const board = renderHostBoard([entry('edge-1', { phase: 'installing', stage: 'before-install' })], NOW, {
      columns: 80,
      rows: 24,
    })

    expect(board).toEqual(['1 host: 1 installing', '▸ edge-1  installing (before-install) for 5 s'])
  })

  test.each([
    [30, 80, 24],
    [500, 80, 24],
    [500, 200, 60],
  ])('of %i hosts on %i x %i is as it was looked at', async (count, columns, rows) => {
    const board = renderHostBoard(fleet(count), NOW, { columns, rows })

    await expect(`${board.join('\n')}\n`).toMatchFileSnapshot(
      `./boards/${count}-hosts-${columns}x${rows}.txt`,
    )
  })

  test('says of too much trouble at least how many there are of each kind', () => {
    const entries = Array.from({ length: 300 }, (_, index) =>
      entry(`s-${index}`, { phase: 'script' }, { diagnosis: { ...NO_KERNEL, rule: `rule-${index % 30}` } }),
    )

    const board = renderHostBoard(entries, NOW, { columns: 80, rows: 24 })

    expect(board.filter((line) => line.startsWith('▲ 10 stuck in script (rule-'))).toHaveLength(21)
    expect(board.at(-1)).toBe('and 90 more: 90 script')
  })

  test('does not change the order of hosts that move while they only download', () => {
    const at = (done: readonly number[]) =>
      renderHostBoard(
        Array.from({ length: 40 }, (_, index) =>
          entry(`s-${index}`, {
            phase: 'rootfs',
            since: NOW - 1000 * ((index * 7) % 40),
            transfers: rootfs(done[index % done.length] ?? 0),
          }),
        ),
        NOW,
        { columns: 80, rows: 24 },
      )
        .filter((line) => line.startsWith('▸'))
        .map((line) => line.split(' ')[1])

    expect(at([1, 2, 3])).toEqual(at([50, 20, 35]))
  })
})

const aDiagnosis = fc.record({
  rule: fc.constantFrom('a-rule', 'another-rule', 'root-does-not-fit'),
  seen: fc.string({ maxLength: 200 }),
  cause: fc.lorem({ maxCount: 60 }),
  check: fc.array(fc.lorem({ maxCount: 20 }), { maxLength: 3 }),
})
const anEntry = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/),
  phase: fc.constantFrom(...PHASES),
  diagnosis: fc.option(aDiagnosis, { nil: undefined }),
  news: fc.option(fc.string({ maxLength: 200 }), { nil: undefined }),
  waitsFor: fc.option(fc.string({ maxLength: 200 }), { nil: undefined }),
})

test.prop([
  fc.uniqueArray(anEntry, { maxLength: 80, selector: ({ name }) => name }),
  fc.integer({ min: 1, max: 220 }),
  fc.integer({ min: 2, max: 70 }),
])(
  'the board never exceeds the terminal, and every host is shown, named or counted',
  (hosts, columns, rows) => {
    const entries = hosts.map(({ name, phase, ...more }) =>
      entry(
        name,
        { phase, ...(phase === 'failed' ? { failure: { phase: 'kernel', reason: 'lost' } } : {}) },
        more,
      ),
    )

    const lines = renderHostBoard(entries, NOW, { columns, rows })

    expect(lines.length).toBeLessThan(rows)
    expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
    if (columns < 80 || rows < 10) return
    const numberIn = (line: string, pattern: RegExp) => Number(pattern.exec(line)?.[1] ?? 0)
    const shown = lines.reduce((sum, line, at) => {
      const ones = (line.match(/[▸·✔] [a-z]/g) ?? []).length + Number(/^[✘▲] [a-z]/.test(line))
      const isHidden = at === lines.length - 1
      return (
        sum + ones + numberIn(line, /^[✘▲] (\d+) /) + (isHidden ? numberIn(line, /^and (\d+) more: /) : 0)
      )
    }, 0)
    expect(shown).toBe(entries.length)
  },
)
