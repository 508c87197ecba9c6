import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { createSilentLog } from '../../../../test/support/silent-log.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import { createSlots } from '../../../domain/async/slots.ts'
import { Failure } from '../../../domain/failure.ts'
import { createPersistence } from './persistence.ts'
import type { OpenSession } from './vim-session.ts'

const refusal = (type: string) => new VimRefusal({ type, message: '', properties: {} }, 'switching edge-1')
const cut = new Failure('driver.unreachable', 'cut', { sent: true })
const refusedToConnect = new Failure('driver.unreachable', 'refused', { sent: false })
const signal = new AbortController().signal

/** Sessions that are opened whenever the one before has ended, and work that fails with these, one after the other. */
function aServer() {
  const clock = createFakeClock(0)
  let logins = 1
  const session = {
    open: async (): Promise<OpenSession> => ({ generation: logins, cookie: '', key: '' }),
    ended: () => {
      logins += 1
    },
  }
  const persist = createPersistence({
    session,
    slots: createSlots(1),
    clock,
    log: createSilentLog(),
    address: 'vc.example:443',
  })
  let tries = 0
  const run = (errors: unknown[], { repeatable = true, takesMs = 0 } = {}) =>
    persist(
      repeatable,
      async () => {
        tries += 1
        clock.advance(takesMs)
        const error = errors.shift()
        if (error) throw error
        return 'done'
      },
      signal,
    )
  return { run, clock, logins: () => logins, tries: () => tries }
}

describe('a call', () => {
  test('is made again in a new session when the one before has ended, also what may be done only once', async () => {
    const { run, logins } = aServer()
    expect(await run([refusal('NotAuthenticated')], { repeatable: false })).toBe('done')
    expect(logins()).toBe(2)
  })

  test('goes through an outage when it may be repeated, or was not begun', async () => {
    const { run } = aServer()
    await run([])
    expect(await run([cut, refusedToConnect])).toBe('done')
    expect(await run([refusedToConnect], { repeatable: false })).toBe('done')
    await expect(run([cut], { repeatable: false })).rejects.toBe(cut)
  })

  test('to a server that was never there fails at once', async () => {
    const { run, tries } = aServer()
    await expect(run([refusedToConnect])).rejects.toBe(refusedToConnect)
    expect(tries()).toBe(1)
  })

  test('is given up when the outage does not end', async () => {
    const { run, clock } = aServer()
    await run([])
    await expect(run(Array(1000).fill(cut))).rejects.toBe(cut)
    expect(clock.now()).toBeLessThan(16 * 60_000)
  })

  test('that had been long on its way when the connection broke is made again', async () => {
    const { run } = aServer()
    await run([])
    expect(await run([cut], { takesMs: 40 * 60_000 })).toBe('done')
  })

  test('that no session is good enough for does not log in for ever, and says why', async () => {
    const { run, logins } = aServer()
    await run([])
    const error = await run(Array(1000).fill(refusal('NotAuthenticated'))).catch((reason: unknown) => reason)

    expect(error).toMatchObject({ code: 'driver.forbidden' })
    expect(String(error)).toContain('look at the privileges of the user')
    expect(logins()).toBeLessThanOrEqual(6)
  })
})
