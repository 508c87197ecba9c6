import { createScreenshot, reset } from '../../../codec/vim25/machine-calls.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import type { MachineSpec } from '../../../domain/machine.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { Machine } from '../../../ports/machine-driver.ts'
import { steadily } from '../client/steadily.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { MediaLibrary } from '../media/media-library.ts'
import { changeDrive } from './change-drive.ts'
import { createMachinePower } from './machine-power.ts'
import type { PowerNotes } from './power-notes.ts'
import { takeScreenshot } from './take-screenshot.ts'
import { newTypingPace, typeScanCodes } from './type-scan-codes.ts'

export interface VsphereMachineParts {
  readonly client: VimClient
  readonly media: MediaLibrary
  readonly notes: PowerNotes
  readonly clock: Clock
  readonly log: Log
}

/** A machine with the handles only the driver uses. */
export interface VsphereMachine extends Machine {
  readonly spec: MachineSpec
  readonly object: ManagedObject
  /** Ends what is being listened to; the machine goes on. */
  detach(): void
  /** It was removed; from then on it only refuses. */
  removed(): void
}

/** One machine of the inventory. Its power is asked for or listened to, never assumed. */
export function createVsphereMachine(
  object: ManagedObject,
  spec: MachineSpec,
  parts: VsphereMachineParts,
): VsphereMachine {
  const { client, clock } = parts
  const { name } = spec
  const power = createMachinePower({ object, name }, parts)
  const pace = newTypingPace()
  let isRemoved = false
  let turn: Promise<unknown> = Promise.resolve()

  /** Changes one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(() => {
      if (isRemoved) throw new Failure('machine.wrong-state', `${name} was deleted`)
      return work()
    })
    turn = result.catch(() => undefined)
    return result
  }

  return {
    name,
    object,
    spec,
    powerState: (signal) => power.state(signal),
    power: (action, signal) =>
      inTurn(async () => {
        if (action !== 'reset') {
          await power.change(action, signal)
          return
        }
        const options = { doing: `resetting ${name}`, repeatable: false }
        await steadily(() => client.runTask(reset(object), options, signal), clock, signal)
      }),
    setMedia: (isoPath, signal, { first } = { first: false }) =>
      inTurn(() => changeDrive({ object, name, isoPath, first }, parts, signal)),
    typeKeys: (chords, intervalMs, signal) =>
      typeScanCodes({ object, name, chords, intervalMs, pace }, parts, signal),
    screenshot: async (signal) => {
      if ((await power.state(signal)) === 'off')
        throw new Failure('machine.wrong-state', `${name} is off: a screenshot needs it to be on`)
      return await takeScreenshot({ object, name }, parts, createScreenshot(object), signal)
    },
    watch: (signal) => power.watch(signal),
    endpoint: (port) => {
      const host = power.address()
      return host === undefined ? undefined : { host, port }
    },
    detach: () => power.detach(),
    removed: () => {
      isRemoved = true
      power.removed()
    },
  }
}
