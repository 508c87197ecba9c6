import { expect, test } from 'vitest'
import { createRecordingLog } from '../../test/support/recording-log.ts'
import { keepLatest } from './keep-latest.ts'

test('however often it is told, one write runs at a time and the last state is stored', async () => {
  const writes: PromiseWithResolvers<void>[] = []
  let state = 0
  const stored: number[] = []
  const save = keepLatest(
    async () => {
      const seen = state
      const write = Promise.withResolvers<void>()
      writes.push(write)
      await write.promise
      stored.push(seen)
    },
    'it',
    createRecordingLog(),
  )

  for (state = 1; state < 5; state += 1) save()
  expect(writes.length).toBe(1)
  writes[0]?.resolve()
  await expect.poll(() => writes.length).toBe(2)
  writes[1]?.resolve()

  await expect.poll(() => stored).toEqual([1, 5])
  expect(writes.length).toBe(2)
})

test('a write that failed is told, and the next one is tried', async () => {
  const log = createRecordingLog()
  let tries = 0
  const save = keepLatest(
    async () => {
      tries += 1
      if (tries === 1) throw new Error('the disk is full')
    },
    'the leases',
    log,
  )

  save()
  await expect.poll(() => JSON.stringify(log.lines)).toContain('the leases could not be kept')
  save()

  await expect.poll(() => tries).toBe(2)
})
