import { isRefusal } from '../../../codec/vim25/fault.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { putUsbScanCodes, readAcceptedKeys } from '../../../codec/vim25/usb-scan-codes.ts'
import { Failure } from '../../../domain/failure.ts'
import type { KeyChord } from '../../../domain/key-chord.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { VimClient } from '../client/vim-client.ts'

/** Chords of one call. The queue of a machine's keyboard is short, and firmware reads it slowly. */
const BATCH = 8

/** How fast a machine is typed at, by how it went so far. */
export interface TypingPace {
  batch: number
}

export function newTypingPace(): TypingPace {
  return { batch: BATCH }
}
/** Calls in a row of which nothing was accepted. */
const MAX_REFUSED = 5

export interface Typing {
  readonly object: ManagedObject
  readonly name: string
  readonly chords: readonly KeyChord[]
  /** Between two chords, on average. */
  readonly intervalMs: number
  readonly pace: TypingPace
}

/**
 * Types in batches; what the machine did not accept is typed again. The server tells how many it accepted, not which: from
 * the first time that some were missing on, keys go one by one, where the number says all. Failure `driver.refused` when it accepts nothing,
 * `driver.forbidden` with the privilege that is missing, and the way that needs no typing.
 */
export async function typeScanCodes(
  { object, name, chords, intervalMs, pace }: Typing,
  { client, clock }: { readonly client: VimClient; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  let typed = 0
  let refused = 0
  while (typed < chords.length) {
    const batch = chords.slice(typed, typed + pace.batch)
    const accepted = Math.min(await put(batch), batch.length)
    if (accepted < batch.length) pace.batch = 1
    typed += accepted
    refused = accepted === 0 ? refused + 1 : 0
    if (refused >= MAX_REFUSED)
      throw new Failure('driver.refused', `${name} accepts no keys; --boot media needs no typing`)
    await clock.sleep(intervalMs * Math.max(accepted, 1), signal)
  }

  async function put(batch: readonly KeyChord[]): Promise<number> {
    // Not to be repeated: keys that arrived twice make another command.
    const options = { doing: `typing at ${name}`, repeatable: false }
    try {
      return readAcceptedKeys(await client.call(putUsbScanCodes(object, batch), options, signal))
    } catch (error) {
      if (!isRefusal(error, 'NoPermission', 'RestrictedVersion', 'MethodNotFound', 'NotSupported'))
        throw error
      throw new Failure(
        error.code,
        `${error.message}; or use --boot media, which needs no typing`,
        { ...error.details, privilege: 'VirtualMachine.Interact.PutUsbScanCodes' },
        error,
      )
    }
  }
}
