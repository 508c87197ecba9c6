import { expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createRecordingLog } from '../../test/support/recording-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { openHostBook } from './host-book.ts'
import { logEvents } from './log-events.ts'

async function aLoggedBook() {
  const log = createRecordingLog()
  const clock = createFakeClock()
  const book = await openHostBook({ store: createMemoryStore(), clock, random: createFixedRandom(), log })
  await book.add(aHost())
  return { book, log, end: logEvents({ book, log }) }
}

const served = { action: 'install', address: '192.0.2.9' } as const

test('every line of a boot carries its host and boot id, also where the event has none', async () => {
  const { book, log } = await aLoggedBook()
  const { bootId } = await book.openBoot('edge-1')

  await book.record('edge-1', { type: 'script.served', data: served }, bootId)
  await book.record('edge-1', { type: 'machine.power', data: { state: 'off', cause: 'lost' } })

  expect(log.lines.length).toBeGreaterThanOrEqual(3)
  for (const { fields } of log.lines) expect(fields).toMatchObject({ host: 'edge-1', bootId })
})

test('what an operator has to see to is a warning, progress is for whoever looks for it', async () => {
  const { book, log } = await aLoggedBook()
  const progress = { role: 'kernel', bytes: 1, total: 2 } as const
  const refused = { address: '192.0.2.9', reason: 'other-address', detail: 'x' } as const

  await book.record('edge-1', { type: 'artifact.progress', data: progress })
  await book.record('edge-1', { type: 'config.refused', data: refused })

  expect(log.lines.map(({ level, fields }) => [level, fields['type']])).toEqual([
    ['debug', 'artifact.progress'],
    ['warn', 'config.refused'],
  ])
})

test('nothing is written after its end', async () => {
  const { book, log, end } = await aLoggedBook()

  end()
  await book.record('edge-1', { type: 'script.served', data: served })

  expect(log.lines).toEqual([])
})
