import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import { typeChain } from './type-at-ipxe.ts'

/** A machine at whose prompt somebody types; `answers` says whether what was typed leads to a request. */
function aTypist(
  answers: (typed: string, resets: number) => boolean,
  screenshot = async () => new Uint8Array([1]),
) {
  const clock = createFakeClock()
  const proof = Promise.withResolvers<void>()
  const seen = { typed: [] as string[], resets: 0, screenshots: [] as string[] }
  const run = () =>
    typeChain({
      machine: {
        name: 'edge-1',
        typeKeys: async (chords, _interval, signal) => {
          signal.throwIfAborted()
          seen.typed.push(chords.map((chord) => chord.join('+')).join(' '))
          if (answers(seen.typed.at(-1) ?? '', seen.resets)) proof.resolve()
        },
        power: async () => {
          seen.resets += 1
        },
        screenshot,
      },
      clock,
      log: createSilentLog(),
      url: 'http://a',
      proof: () => proof.promise,
      onScreenshot: async (_png, why) => {
        seen.screenshots.push(why)
      },
      signal: AbortSignal.timeout(5000),
    })
  return { run, seen }
}

const CHAIN = 'c h a i n spc h t t p shift+semicolon slash slash a ret'

test('typing ends with the request for the script, and nothing is typed after it', async () => {
  const { run, seen } = aTypist((typed) => typed === CHAIN)

  await run()

  expect(seen.typed[0]).toBe('ctrl+b')
  expect(seen.typed.slice(-3)).toEqual(['ret', 'd h c p ret', CHAIN])
  expect(seen).toMatchObject({ resets: 0, screenshots: [] })
})

test('without an answer the machine is reset and Esc and B are tried', async () => {
  const { run, seen } = aTypist((typed, resets) => typed === CHAIN && resets === 1)

  await run()

  expect(seen.typed).toContain('esc b')
  expect(seen.resets).toBe(1)
  expect(seen.screenshots).toEqual(['attempt 1 of 3 to type at iPXE was not answered'])
})

test('after three attempts it is said what to look at', async () => {
  const { run, seen } = aTypist(() => false)

  const failure = await run().catch((error: unknown) => error)

  expect(isFailure(failure, 'typing.unanswered')).toBe(true)
  expect(seen).toMatchObject({ resets: 2 })
  expect(seen.screenshots.length).toBe(3)
})

test('a call that is cut off is an attempt without an answer, and so is the screenshot that nobody may take', async () => {
  const forbidden = async () => {
    throw new Failure('driver.forbidden', 'no screenshots')
  }
  const { run, seen } = aTypist((typed, resets) => {
    if (typed === CHAIN && resets === 0) throw new Failure('driver.unreachable', 'cut', { sent: true })
    return typed === CHAIN
  }, forbidden)

  await run()

  expect(seen).toMatchObject({ resets: 1, screenshots: [] })
})

test('keys that are not allowed end the typing at once', async () => {
  const { run, seen } = aTypist(() => {
    throw new Failure('driver.forbidden', 'no keys')
  })

  await expect(run()).rejects.toMatchObject({ code: 'driver.forbidden' })
  expect(seen.resets).toBe(0)
})
