import { describe, expect, test } from 'vitest'
import { aDownload, aHostView } from '../../hosts/a-host-view.ts'
import { isStuck, progressOf, rateOf, remarkOf, stepOf, timeLeftOf } from './host-progress.ts'
import { ageInWords, partInWords, progressFigures } from './row-figures.ts'

const MIB = 1024 ** 2

describe('a download', () => {
  const host = aDownload({ bytes: 25 * MIB, total: 100 * MIB, rate: 5 * MIB, lastSeen: 60_000 })

  test('has a rate and a time left as long as it is heard of', () => {
    expect(rateOf(host, 61_000)).toBe(5 * MIB)
    expect(timeLeftOf(host, 61_000)).toBe(15_000)
    expect(rateOf(host, 90_000)).toBe(0)
    expect(timeLeftOf(host, 90_000)).toBeUndefined()
  })

  test('says how much is there', () => {
    expect(progressFigures(host)).toEqual({
      kind: 'download',
      share: 0.25,
      text: '25 % · 25.0 of 100 MiB',
      steps: '6/11',
    })
  })

  test('that is over does not count any more', () => {
    const rootfs = { bytes: 5, total: 5, rate: 9, startedAt: 0, attempts: 1, finishedAt: 1 }
    const over = aHostView({ phase: 'rootfs', transfers: { rootfs } })

    expect(rateOf(over, 0)).toBe(0)
    expect(progressFigures(over)).toMatchObject({ kind: 'steps', text: 'live system boots' })
  })

  test('of another phase does not count', () => {
    expect(rateOf({ ...host, phase: 'config' }, 60_000)).toBe(0)
  })

  test('that was told more bytes than it has is full, not fuller', () => {
    expect(progressFigures(aDownload({ bytes: 12, total: 10, rate: 1 })).share).toBe(1)
  })
})

test('progress counts the phases, and a failed host stays where it failed', () => {
  expect(progressOf(aHostView({ phase: 'defined' }))).toBe(0)
  expect(progressOf(aHostView({ phase: 'ready' }))).toBe(1)
  expect(stepOf(aHostView({ phase: 'failed', failure: { phase: 'config', reason: 'x' } }))).toBe(7)
  expect(stepOf(aHostView({ phase: 'failed' }))).toBe(0)
})

test('the remark is what matters most', () => {
  const diagnosis = { rule: 'kernel-silent', seen: 'x', cause: 'it hangs', check: [] }
  const waiting = aHostView({ waitsFor: 'approval', stage: 'x' })

  expect(remarkOf(aHostView())).toBeUndefined()
  expect(remarkOf(waiting)).toEqual({ kind: 'waits', text: 'waits for approval' })
  expect(remarkOf({ ...waiting, diagnosis })).toEqual({
    kind: 'diagnosis',
    text: 'it hangs',
    rule: 'kernel-silent',
  })
  expect(remarkOf({ ...waiting, diagnosis, failure: { phase: 'kernel', reason: 'no disk' } })).toEqual({
    kind: 'failure',
    text: 'failed in kernel: no disk',
  })
  expect(isStuck({ phase: 'kernel', diagnosis })).toBe(true)
  expect(isStuck({ phase: 'failed', diagnosis })).toBe(false)
})

test.each([
  [0, 'now'],
  [9_999, 'now'],
  [12_400, '10 s'],
  [61_000, '1 min'],
  [7_300_000, '2 h'],
])('%d ms ago is %s', (ms, text) => {
  expect(ageInWords(ms)).toBe(text)
})

test('the unit is said once where it is the same', () => {
  expect(partInWords(3 * MIB, 64 * MIB)).toBe('3.0 of 64.0 MiB')
  expect(partInWords(900, 64 * MIB)).toBe('900 B of 64.0 MiB')
})
