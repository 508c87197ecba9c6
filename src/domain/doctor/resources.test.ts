import { describe, expect, test } from 'vitest'
import { judgeDataRoom, judgeDiskRoom, judgeHostMemory, judgeMachineMemory } from './resources.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const room = (freeBytes: number) => ({ freeBytes, totalBytes: 100 * GIB })

describe('room', () => {
  test.each([
    [100 * MIB, 0, 'bad'],
    [GIB, 0, 'warning'],
    [3 * GIB, 0, 'good'],
    [3 * GIB, 2000, 'warning'],
    [20 * GIB, 2000, 'good'],
  ])('of %d bytes for the data of %d hosts is %3$s', (free, hosts, verdict) => {
    expect(judgeDataRoom('/data', room(free), hosts).verdict).toBe(verdict)
  })

  test('for thin disks is a warning where they can outgrow it', () => {
    expect(judgeDiskRoom(room(700 * GIB), { count: 2, gib: 600 }).verdict).toBe('good')
    expect(judgeDiskRoom(room(500 * GIB), { count: 2, gib: 600 })).toMatchObject({
      verdict: 'warning',
      detail: '500 GiB are free; 2 thin disks can grow to 600 GiB',
    })
  })
})

describe('memory', () => {
  test('of machines here is a warning where all of them together want more than is free', () => {
    expect(judgeMachineMemory(room(64 * GIB), { count: 2, mib: 64 * 1024, mayRun: false }).verdict).toBe(
      'good',
    )
    expect(judgeMachineMemory(room(63 * GIB), { count: 1, mib: 64 * 1024, mayRun: false })).toMatchObject({
      verdict: 'warning',
      detail: '1 machine takes up to 64 GiB; 63 GiB of 100 GiB are free here',
    })
  })

  test('of machines of which some run is held against all there is', () => {
    const machines = { count: 2, mib: 90 * 1024, mayRun: true }
    expect(judgeMachineMemory(room(GIB), machines).verdict).toBe('good')
    expect(judgeMachineMemory(room(GIB), { ...machines, mib: 101 * 1024 }).verdict).toBe('warning')
  })

  const of = (...sizes: readonly (number | undefined)[]) => ({
    installer: 'palette',
    floorMiB: 3000,
    hosts: sizes.map((memoryMiB, index) => ({ name: `edge-${index + 1}`, memoryMiB })),
  })

  test('of a host is bad below what the root file system takes', () => {
    expect(judgeHostMemory(of(2048, 4096))).toEqual({
      name: 'memory for palette',
      verdict: 'bad',
      detail: 'hosts need 3000 MiB to install from it; too little: edge-1 2048 MiB',
      remedy: 'give them at least 3000 MiB',
    })
    expect(judgeHostMemory(of(...new Array(7).fill(100))).detail).toMatch(/edge-5 100 MiB and 2 more$/)
  })

  test.each([
    [[], 'hosts need 3000 MiB to install from it'],
    [[3000], 'hosts need 3000 MiB to install from it, and it has that'],
    [
      [3000, 4000, undefined],
      'hosts need 3000 MiB to install from it, and all 2 have that; of 1 host nobody knows',
    ],
  ])('of %j is good', (sizes, detail) => {
    expect(judgeHostMemory(of(...sizes))).toEqual({ name: 'memory for palette', verdict: 'good', detail })
  })
})
