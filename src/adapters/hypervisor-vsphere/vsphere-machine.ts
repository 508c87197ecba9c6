import { isRefusal } from '../../codec/vim25/fault.ts'
import { createScreenshot, powerOff, powerOn, reset } from '../../codec/vim25/machine-calls.ts'
import type { ManagedObject } from '../../codec/vim25/reference.ts'
import { createChannel } from '../../domain/async/event-channel.ts'
import { Failure } from '../../domain/failure.ts'
import type { MachineSpec, PowerCause, PowerChange, PowerState } from '../../domain/machine.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Machine } from '../../ports/machine-driver.ts'
import { changeDrive } from './change-drive.ts'
import type { MediaLibrary } from './media-library.ts'
import type { PowerNotes } from './power-notes.ts'
import { steadily } from './steadily.ts'
import { takeScreenshot } from './take-screenshot.ts'
import { newTypingPace, typeScanCodes } from './type-scan-codes.ts'
import type { VimClient } from './vim-client.ts'

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
  const { client, clock, notes } = parts
  const { name } = spec
  const changes = createChannel<PowerChange>()
  const pace = newTypingPace()
  let known: PowerState | undefined
  /** What it is being switched to at the moment. */
  let ordered: PowerState | undefined
  let address: string | undefined
  let listening: (() => void) | undefined
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

  function listen(): void {
    listening ??= client.watch(object, (properties) => {
      if (!properties) {
        see('off', 'lost')
        return
      }
      address = properties.get('guest.ipAddress')?.text || undefined
      const state = properties.get('runtime.powerState')?.text
      if (state !== undefined) see(state === 'poweredOn' ? 'on' : 'off')
    })
  }

  /** Takes note of the power; what is news is told, except what the first look shows. */
  function see(state: PowerState, given?: PowerCause): PowerChange {
    const before = known
    const cause = given ?? (state === 'on' ? causeOfOn() : causeOfOff())
    known = state
    // While it is being switched off, seeing that it is still on says nothing new.
    if (state === 'on' && ordered !== 'off') notes.write(name, 'on')
    const change = { state, cause }
    if (before !== undefined && before !== state) changes.tell(change)
    return change
  }

  function causeOfOn(): PowerCause {
    return notes.read(name) === 'starting' ? 'asked' : 'unknown'
  }

  /** By what we did last: of what we switched on and did not switch off, the guest is through. */
  function causeOfOff(): PowerCause {
    const note = notes.read(name)
    if (note === 'on') return 'guest-shutdown'
    return note === 'off' ? 'asked' : 'unknown'
  }

  async function readPower(signal: AbortSignal): Promise<PowerState> {
    const spec = { type: object.type, paths: ['runtime.powerState'] }
    const [found] = await client.retrieve([spec], [object], signal)
    if (!found) throw new Failure('machine.wrong-state', `${name} was removed from the inventory`)
    return found.properties.get('runtime.powerState')?.text === 'poweredOn' ? 'on' : 'off'
  }

  async function change(to: PowerState, signal: AbortSignal): Promise<void> {
    const doing = `switching ${name} ${to}`
    const call = to === 'on' ? powerOn(object) : powerOff(object)
    ordered = to
    try {
      await steadily(
        async () => {
          if ((await readPower(signal)) === to) return
          notes.write(name, to === 'on' ? 'starting' : 'off')
          try {
            await client.runTask(call, { doing, repeatable: false }, signal)
          } catch (error) {
            // Somebody was faster, or the answer to an earlier try was lost.
            if (!isRefusal(error, 'InvalidPowerState') || (await readPower(signal)) !== to) throw error
          }
        },
        clock,
        signal,
      )
      if (known !== undefined) see(to, to === 'off' ? 'asked' : undefined)
    } finally {
      ordered = undefined
    }
  }

  return {
    name,
    object,
    spec,
    powerState: (signal) => readPower(signal),
    power: (action, signal) =>
      inTurn(async () => {
        if (action !== 'reset') {
          await change(action, signal)
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
      if ((await readPower(signal)) === 'off')
        throw new Failure('machine.wrong-state', `${name} is off: a screenshot needs it to be on`)
      return await takeScreenshot({ object, name }, parts, createScreenshot(object), signal)
    },
    watch: (signal) =>
      changes.listen(signal, async () => {
        listen()
        return see(await readPower(signal))
      }),
    endpoint: (port) => (address === undefined ? undefined : { host: address, port }),
    detach: () => {
      listening?.()
      listening = undefined
    },
    removed: () => {
      isRemoved = true
      listening?.()
      listening = undefined
      if (known !== undefined) see('off', 'asked')
    },
  }
}
