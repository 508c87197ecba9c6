import { Failure, isFailure } from '../domain/failure.ts'
import type { KeyChord } from '../domain/key-chord.ts'
import { CTRL_B, chordsForText, ESCAPE, LETTER_B } from '../domain/us-keyboard.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Machine } from '../ports/machine-driver.ts'

export interface TypeChainInput {
  /** Already on, in its firmware or anywhere before iPXE's prompt. */
  readonly machine: Pick<Machine, 'name' | 'typeKeys' | 'power' | 'screenshot'>
  readonly clock: Clock
  readonly log: Log
  readonly url: string
  /** Resolves when the machine has asked for its script: the only thing that counts. */
  readonly proof: (signal: AbortSignal) => Promise<void>
  readonly onScreenshot: (png: Uint8Array, why: string) => Promise<void>
  readonly attempts?: number
  readonly timing?: Partial<Timing>
  readonly signal: AbortSignal
}

/** All in milliseconds. */
interface Timing {
  /** Between two of the keys that interrupt iPXE; its prompt is there for two seconds. */
  readonly interruptEvery: number
  /** From power-on or reset until the prompt must have been there. */
  readonly interruptFor: number
  /** For an address after `dhcp`. */
  readonly dhcp: number
  /** For the request after `chain`. */
  readonly proof: number
  /** Between two characters. */
  readonly key: number
}

const TIMING: Timing = { interruptEvery: 500, interruptFor: 12_000, dhcp: 8000, proof: 30_000, key: 60 }

/** The hypervisor was not reached, or its answer was lost. */
const CUT = ['driver.unreachable', 'driver.timeout'] as const

/**
 * Types `dhcp` and `chain URL` at the prompt of a stock iPXE. Ctrl+B, at the second attempt Esc and B, is repeated
 * all through the time in which the prompt can be there (repeating is harmless); the request arriving at the server
 * proves that it worked. Without it: a screenshot, a reset, and again. Failure `typing.unanswered` after the last.
 */
export async function typeChain(input: TypeChainInput): Promise<void> {
  const { machine, log, signal, attempts = 3 } = input
  const commands = { dhcp: chordsForText('dhcp\n'), chain: chordsForText(`chain ${input.url}\n`) }
  const proven = new AbortController()
  const over = new AbortController()
  const waiting = input
    .proof(AbortSignal.any([signal, over.signal]))
    .then(() => proven.abort(new Error('proven')))
  waiting.catch(() => undefined)
  const until = AbortSignal.any([signal, proven.signal])
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (attempt > 1) await machine.power('reset', signal)
      await typeOnce(input, commands, attempt % 2 === 0 ? [ESCAPE, LETTER_B] : [CTRL_B], until).catch(
        (error: unknown) => {
          signal.throwIfAborted()
          // Nobody knows which keys have arrived: only the next attempt begins at a prompt that is empty.
          if (!proven.signal.aborted && !isFailure(error, ...CUT)) throw error
          log.debug({ err: error, machine: machine.name }, 'typing was cut off')
        },
      )
      if (proven.signal.aborted) return
      log.warn({ attempt, machine: machine.name }, 'typed at iPXE without an answer')
      await showScreen(`attempt ${attempt} of ${attempts} to type at iPXE was not answered`)
    }
  } finally {
    over.abort(new Error('typing is over'))
  }
  throw new Failure(
    'typing.unanswered',
    `${machine.name} did not ask for its script although chain ${input.url} was typed ${attempts} times; look ` +
      'at the screenshots: no prompt means no iPXE, an error means no way from the machine to that URL. ' +
      '--boot media needs no typing.',
  )

  /** For people; that there is none is no reason to give up. */
  async function showScreen(why: string): Promise<void> {
    try {
      await input.onScreenshot(await machine.screenshot(signal), why)
    } catch (error) {
      signal.throwIfAborted()
      log.debug({ err: error, machine: machine.name }, 'no screenshot')
    }
  }
}

async function typeOnce(
  { machine, clock, timing }: TypeChainInput,
  commands: { readonly dhcp: readonly KeyChord[]; readonly chain: readonly KeyChord[] },
  interrupt: readonly KeyChord[],
  until: AbortSignal,
): Promise<void> {
  const { interruptEvery, interruptFor, dhcp, proof, key } = { ...TIMING, ...timing }
  const end = clock.now() + interruptFor
  while (clock.now() < end) {
    await machine.typeKeys(interrupt, key, until)
    await clock.sleep(interruptEvery, until)
  }
  // Esc and B outside of the prompt are letters on the command line; an empty line clears them away.
  await machine.typeKeys(chordsForText('\n'), key, until)
  await machine.typeKeys(commands.dhcp, key, until)
  await clock.sleep(dhcp, until)
  await machine.typeKeys(commands.chain, key, until)
  await clock.sleep(proof, until)
}
