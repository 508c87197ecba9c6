import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createRecordingLog } from '../../test/support/recording-log.ts'
import type { Discovery } from './discovery.ts'
import { followPolicy } from './strangers.ts'

test('machines that come at the same time are adopted one after the other', async () => {
  let underWay = 0
  let most = 0
  const strangers = followPolicy({
    policy: () => ({ policy: 'profile', profile: 'store' }),
    discovery: { note: () => undefined } as unknown as Discovery,
    adopt: async ({ mac = '' }) => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise<void>((resolve) => setImmediate(resolve))
      underWay -= 1
      if (mac.endsWith('3')) throw new Error('cannot be one')
      return mac
    },
    clock: createFakeClock(),
    log: createRecordingLog(),
  })
  const client = { address: '192.0.2.1', userAgent: '', base: 'http://192.0.2.9' }

  const answers = await Promise.all(
    ['1', '2', '3', '4'].map((digit) => strangers.answer({ mac: `02:00:00:00:00:0${digit}` }, {}, client)),
  )

  expect(answers.map(({ action }) => action)).toEqual(['wait', 'wait', 'unknown', 'wait'])
  expect(most).toBe(1)
})
