import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { anElement, createFakeVimClient } from '../../../../test/support/fake-vim-client.ts'
import type { VimCall } from '../../../codec/vim25/call.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import { chordsForText } from '../../../domain/us-keyboard.ts'
import { newTypingPace, typeScanCodes } from './type-scan-codes.ts'

const signal = new AbortController().signal

/** A keyboard that takes as many keys of each call as it is told, one call after the other; then all. */
function aKeyboard(accepts: (number | Error)[]) {
  const typed: string[] = []
  const clock = createFakeClock(0)
  const pace = newTypingPace()
  const keysOf = ({ args }: VimCall): string[] =>
    (Array.isArray(args[0]?.content) ? args[0].content : []).map(({ content }) => String(content[0].content))
  const client = createFakeVimClient([], {
    PutUsbScanCodes: (call) => {
      const keys = keysOf(call)
      const accepted = accepts.shift() ?? keys.length
      if (accepted instanceof Error) throw accepted
      typed.push(...keys.slice(0, accepted))
      return anElement('answer', [anElement('returnval', String(accepted))])
    },
  })
  const type = (text: string, until = signal) =>
    typeScanCodes(
      {
        object: { type: 'VirtualMachine', id: 'vm-1' },
        name: 'edge-1',
        chords: chordsForText(text),
        intervalMs: 60,
        pace,
      },
      { client, clock },
      until,
    )
  return { type, typed, client, clock }
}

const TEXT = 'abcdefghijklmnopqrst'
/** Usages of the letters, in the upper half of the code. */
const CODES = [...TEXT].map((_, index) => String((4 + index) * 0x10000 + 7))

describe('typing', () => {
  test('is done in batches, at the pace that was asked for', async () => {
    const { type, typed, client, clock } = aKeyboard([])
    await type(TEXT)

    expect(typed).toEqual(CODES)
    expect(client.asked).toHaveLength(3)
    expect(clock.now()).toBe(60 * TEXT.length)
  })

  test('goes on where the machine stopped taking keys, and no key comes twice', async () => {
    const { type, typed } = aKeyboard([3, 0, 8, 1, 0])
    await type(TEXT)

    expect(typed).toEqual(CODES)
  })

  test('a machine that says it took more than it was given took all of it', async () => {
    const { type, client } = aKeyboard([99])
    await type('abc')

    expect(client.asked).toHaveLength(1)
  })

  test('is given up at a machine that takes no key at all', async () => {
    const { type } = aKeyboard(Array(10).fill(0))
    await expect(type(TEXT)).rejects.toThrow('edge-1 accepts no keys; --boot media needs no typing')
  })

  test.each(['NoPermission', 'RestrictedVersion', 'MethodNotFound', 'NotSupported'])(
    '%s names the privilege and the way that needs no typing',
    async (fault) => {
      const refused = new VimRefusal({ type: fault, message: '', properties: {} }, 'typing at edge-1')
      const error = await aKeyboard([refused])
        .type('a')
        .catch((reason: unknown) => reason)

      expect(error).toMatchObject({ details: { privilege: 'VirtualMachine.Interact.PutUsbScanCodes' } })
      expect(String(error)).toContain('--boot media')
    },
  )

  test('whose answer was lost is not repeated', async () => {
    const { type, client } = aKeyboard([4, new Error('cut')])
    await expect(type(TEXT)).rejects.toThrow('cut')
    expect(client.asked).toHaveLength(2)
  })

  test('ends as soon as nobody wants it any more', async () => {
    const { type, client } = aKeyboard([])
    await expect(type(TEXT, AbortSignal.abort(new Error('proven')))).rejects.toThrow('proven')
    expect(client.asked.length).toBeLessThanOrEqual(1)
  })
})
