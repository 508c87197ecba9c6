import { isRefusal } from '../../../codec/vim25/fault.ts'
import { powerOff, powerOn } from '../../../codec/vim25/machine-calls.ts'
import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import { createChannel } from '../../../domain/async/event-channel.ts'
import { Failure } from '../../../domain/failure.ts'
import type { PowerCause, PowerChange, PowerState } from '../../../domain/machine.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import { steadily } from '../client/steadily.ts'
import type { VimClient } from '../client/vim-client.ts'
import { noted, type PowerNote, type PowerNotes } from './power-notes.ts'
import { isSuspended, POWER_PROPERTIES, readPower } from './read-power.ts'
import { whoSwitchedOff } from './who-switched.ts'

/** The power of one machine: asked for or listened to, never assumed. */
export interface MachinePower {
  state(signal: AbortSignal): Promise<PowerState>
  change(to: PowerState, signal: AbortSignal): Promise<void>
  /** As `Machine.watch`. */
  watch(signal: AbortSignal): AsyncIterable<PowerChange>
  /** Of the guest, where its tools tell it. */
  address(): string | undefined
  /** Ends what is being listened to. */
  detach(): void
  /** It was removed by us. */
  removed(): void
}

export function createMachinePower(
  { object, name }: { readonly object: ManagedObject; readonly name: string },
  parts: {
    readonly client: VimClient
    readonly notes: PowerNotes
    readonly clock: Clock
    readonly log: Log
  },
): MachinePower {
  const { client, clock, notes, log } = parts
  const changes = createChannel<PowerChange>()
  const detached = new AbortController()
  let last: PowerChange | undefined
  /** What it is being switched to at the moment. */
  let ordered: PowerState | undefined
  let address: string | undefined
  let listening: (() => void) | undefined
  /** The server has lost sight of its host; what became of it meanwhile nobody knows. */
  let isOutOfSight = false
  /** How often the server told its power by itself. */
  let heard = 0
  let seeing: Promise<unknown> = Promise.resolve()

  function listen(): void {
    listening ??= client.watch(object, (properties, changed) => {
      if (!properties) {
        hear('off', 'lost')
        return
      }
      address = properties.get('guest.ipAddress')?.text || undefined
      // Other news come with what was known of the power before, which may be out of date by now.
      if (!POWER_PROPERTIES.some((path) => changed.has(path))) return
      const { state, isSure } = readPower(properties)
      if (state && isSure) hear(state)
      isOutOfSight = !isSure
    })
  }

  function hear(state: PowerState, given?: PowerCause): void {
    heard += 1
    see(state, given, isOutOfSight).catch((error: unknown) =>
      log.debug({ err: error, machine: name }, 'nobody listens'),
    )
  }

  /** One after the other, also where the cause has to be asked for. News are told, but not what the first look shows. */
  function see(state: PowerState, given?: PowerCause, wasOutOfSight = false): Promise<PowerChange> {
    const seen = seeing.then(async () => {
      const cause = given ?? (state === 'on' ? causeOfOn() : await causeOfOff(wasOutOfSight))
      const change = { state, cause }
      const isNews = last !== undefined && last.state !== state
      last = change
      // While it is being switched off, seeing that it is still on says nothing new.
      if (state === 'on' && ordered !== 'off') write('on')
      if (isNews) changes.tell(change)
      return change
    })
    seeing = seen.catch(() => undefined)
    return seen
  }

  function write(note: PowerNote): void {
    try {
      notes.write(name, note)
    } catch (error) {
      log.warn(
        { err: error, machine: name },
        'its power could not be noted: the next process will not know why it is off',
      )
    }
  }

  function causeOfOn(): PowerCause {
    return notes.read(name) === 'starting' ? 'asked' : 'unknown'
  }

  /** By what we did last: of what we switched on and did not switch off, the guest is through, unless somebody else did. */
  async function causeOfOff(wasOutOfSight: boolean): Promise<PowerCause> {
    const note = notes.read(name)
    if (note !== 'on') return note === 'off' ? 'asked' : 'unknown'
    // A host that crashed takes its machines with it: that the guest was through must be told by something better.
    if (wasOutOfSight) return 'lost'
    try {
      const who = await whoSwitchedOff(client, object, detached.signal)
      return who === 'guest' ? 'guest-shutdown' : who === 'somebody' ? 'unknown' : 'lost'
    } catch (error) {
      detached.signal.throwIfAborted()
      log.debug({ err: error, machine: name }, 'the server does not tell who switched it off')
      return 'guest-shutdown'
    }
  }

  async function look(signal: AbortSignal) {
    const paths = [...POWER_PROPERTIES]
    const [found] = await client.retrieve([{ type: object.type, paths }], [object], signal)
    if (!found) throw new Failure('machine.wrong-state', `${name} was removed from the inventory`)
    const { state, isSure } = readPower(found.properties)
    if (state) return { state, isSure, isSuspended: isSuspended(found.properties) }
    throw new Failure(
      'driver.forbidden',
      `${name}: the server does not tell its power; the user lacks the privilege System.Read on it`,
      { privilege: 'System.Read' },
    )
  }

  async function change(to: PowerState, signal: AbortSignal): Promise<void> {
    const doing = `switching ${name} ${to}`
    const call = to === 'on' ? powerOn(object) : powerOff(object)
    const isDone = async (): Promise<boolean> => {
      const { state, isSuspended: isAsleep } = await look(signal)
      return state === to && !isAsleep
    }
    ordered = to
    try {
      await steadily(
        async () => {
          if (await isDone()) return
          await noted(notes, name, to === 'on' ? 'starting' : 'off', async () => {
            try {
              await client.runTask(call, { doing, repeatable: false }, signal)
            } catch (error) {
              // Somebody was faster, or the answer to an earlier try was lost.
              if (!isRefusal(error, 'InvalidPowerState') || !(await isDone())) throw error
            }
          })
        },
        clock,
        signal,
      )
      if (last !== undefined) await see(to, to === 'off' ? 'asked' : undefined)
    } finally {
      ordered = undefined
    }
  }

  async function firstLook(signal: AbortSignal): Promise<PowerChange> {
    listen()
    const before = heard
    const { state, isSure } = await look(signal)
    await seeing
    // What the server told meanwhile is newer.
    if (heard !== before && last) return last
    // Its host is away: as far as we know it goes on there.
    if (!isSure && notes.read(name) === 'on') {
      isOutOfSight = true
      return await see('on')
    }
    return await see(state)
  }

  return {
    state: async (signal) => (await look(signal)).state,
    change,
    watch: (signal) => changes.listen(signal, () => firstLook(signal)),
    address: () => address,
    detach,
    removed: () => {
      detach()
      if (last !== undefined) hear('off', 'asked')
    },
  }

  function detach(): void {
    detached.abort(new Error('nobody listens any more'))
    listening?.()
    listening = undefined
  }
}
