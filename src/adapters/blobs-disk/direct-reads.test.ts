import type { FileHandle } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDirectReads } from './direct-reads.ts'

const MIB = 1024 * 1024

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('whether bytes are in memory is asked once in a moment, however many want them', () => {
  const { direct, asked } = openReads({ isInMemory: () => true })

  for (let client = 0; client < 100; client += 1) {
    expect(direct.isReady(0, MIB)).toBe(true)
    expect(direct.isReady(MIB, MIB)).toBe(true)
  }
  expect(asked).toEqual([MIB - 1, 2 * MIB - 1])

  vi.advanceTimersByTime(1900)
  expect(direct.isReady(0, MIB)).toBe(true)
  expect(asked).toHaveLength(2)
  vi.advanceTimersByTime(200)
  expect(direct.isReady(0, MIB)).toBe(true)
  expect(asked).toEqual([MIB - 1, 2 * MIB - 1, MIB - 1])
})

test('for a while after a byte was not in memory the others are asked for sooner again', () => {
  const { direct, asked } = openReads({ isInMemory: (last) => last < 2 * MIB })
  const looksAfter = (ms: number): number => {
    const before = asked.length
    vi.advanceTimersByTime(ms)
    expect(direct.isReady(0, MIB)).toBe(true)
    return asked.length - before
  }

  expect(looksAfter(0)).toBe(1)
  expect(direct.isReady(2 * MIB, MIB)).toBe(false)
  expect([looksAfter(200), looksAfter(200), looksAfter(200), looksAfter(200)]).toEqual([0, 1, 0, 1])
  expect(looksAfter(10_000)).toBe(1)
  expect(looksAfter(1000)).toBe(0)
})

test('bytes behind those that were seen are asked for, and a no is asked again', () => {
  const { direct, asked } = openReads({ isInMemory: (last) => last < 1000 })

  expect(direct.isReady(0, 500)).toBe(true)
  expect(direct.isReady(100, 300)).toBe(true)
  expect(direct.isReady(400, 500)).toBe(true)
  expect(direct.isReady(900, 200)).toBe(false)
  expect(direct.isReady(900, 200)).toBe(false)

  expect(asked).toEqual([499, 899, 1099, 1099])
})

function openReads({ isInMemory }: { readonly isInMemory: (last: number) => boolean }) {
  const asked: number[] = []
  const direct = createDirectReads({
    handle: { fd: 7 } as FileHandle,
    identity: { path: '/srv/installer.iso', sizeBytes: 8 * MIB, modifiedNs: '1', inode: '1:1' },
    guard: {
      checkHandle: async () => {},
      check: async () => {},
      recheck: async () => {},
      isFresh: () => true,
    },
    calls: {
      sendFile: () => undefined,
      isInMemory: (_file, offsetBytes) => {
        asked.push(offsetBytes)
        return isInMemory(offsetBytes)
      },
      rooms: undefined,
    },
    assertOpen: () => undefined,
  })
  return { direct, asked }
}
