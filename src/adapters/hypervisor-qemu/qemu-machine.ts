import { setTimeout as sleep } from 'node:timers/promises'
import { createChannel } from '../../domain/async/event-channel.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { MachineSpec, PowerCause, PowerChange } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { Machine } from '../../ports/machine-driver.ts'
import { endQemu } from './end-qemu.ts'
import { findProcess } from './find-process.ts'
import { filesOf, readCause, readMedia, readSpec, writeCause, writeMedia } from './machine-directory.ts'
import type { QemuHost } from './qemu-host.ts'
import { createQemuMonitor } from './qemu-monitor.ts'
import { openQmpClient, type QmpClient, type QmpEvent } from './qmp-client.ts'
import { startQemu } from './start-qemu.ts'
import { takeScreenshot } from './take-screenshot.ts'

/** A machine with the handles only the driver uses. */
export interface QemuMachine extends Machine {
  /** Lets go of the connection; the machine goes on. */
  detach(): void
  /** Ends the process, whatever it is doing; from then on this machine only refuses. */
  destroy(): Promise<void>
}

/** A key is held down this long, in milliseconds: firmware polls slowly under emulation. */
const KEY_HOLD_MS = 40

/**
 * One machine, known by its directory. What it is doing is read from its process and its monitor, never assumed:
 * both outlive this object.
 */
export function createQemuMachine(
  directory: string,
  given: MachineSpec,
  options: { readonly log: Log; readonly host: QemuHost; readonly connect?: typeof openQmpClient },
): QemuMachine {
  const { log, host, connect = openQmpClient } = options
  const files = filesOf(directory)
  const changes = createChannel<PowerChange>()
  /** A process is being made, and nobody was told yet that it runs. */
  let starting = false
  /** The process is being ended; what was the reason is written already. */
  let ending: Promise<void> | undefined
  /** One process is followed by another, and the machine is on all the while. */
  let restarting: Promise<void> | undefined
  let destroyed = false
  let turn: Promise<unknown> = Promise.resolve()

  const monitor = createQemuMonitor({
    name: given.name,
    directory,
    connect,
    log,
    listener: {
      onOpen: () => {
        if (starting) changes.tell({ state: 'on', cause: 'asked' })
        starting = false
      },
      onEvent,
      onStatus: async (status) => {
        if (status === 'shutdown') await settleOff('guest-shutdown')
        else if (status === 'guest-panicked') await settleOff('guest-panic')
      },
      onGone: () => {
        if (destroyed || readCause(directory) !== undefined) return
        writeCause(directory, 'lost')
        changes.tell({ state: 'off', cause: 'lost' })
      },
    },
  })

  /** Power actions one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(() => {
      requireExisting()
      return work()
    })
    turn = result.catch(() => undefined)
    return result
  }

  function requireExisting(): void {
    if (destroyed) throw new Failure('machine.wrong-state', `${given.name} was deleted`)
  }

  async function attach(): Promise<QmpClient | undefined> {
    if (destroyed) return undefined
    if (restarting !== undefined) await restarting.catch(() => undefined)
    if (!ending) return monitor.attach()
    await ending
    return undefined
  }

  function onEvent({ name, data }: QmpEvent): void {
    log.debug({ machine: given.name, event: name, data }, 'QEMU event')
    if (name === 'RESET' && data['guest'] === true) changes.tell({ state: 'on', cause: 'guest-reset' })
    const isShutdown = name === 'SHUTDOWN' && data['guest'] === true
    if (!isShutdown && name !== 'GUEST_PANICKED') return
    const panicked = !isShutdown || data['reason'] === 'guest-panic'
    settleOff(panicked ? 'guest-panic' : 'guest-shutdown').catch((error: unknown) =>
      log.error({ err: error, machine: given.name }, 'what is left of a machine cannot be ended'),
    )
  }

  /** The guest is done; what is left of it is ended and the reason kept for whoever comes later. */
  function settleOff(cause: 'asked' | 'guest-shutdown' | 'guest-panic'): Promise<void> {
    ending ??= (async () => {
      const process = findProcess(directory)
      writeCause(directory, cause)
      await endQemu(process, monitor.release())
      changes.tell({ state: 'off', cause })
    })().finally(() => {
      ending = undefined
    })
    return ending
  }

  async function present(): Promise<PowerChange> {
    if (await attach()) return { state: 'on', cause: 'unknown' }
    return { state: 'off', cause: readCause(directory) ?? (starting ? 'unknown' : 'lost') }
  }

  async function requireOn(what: string): Promise<QmpClient> {
    const attached = await attach()
    if (attached) return attached
    throw new Failure('machine.wrong-state', `${given.name} is off: ${what} needs it to be on`)
  }

  /** Makes a process; when none comes up, `before` stays the reason why the machine is off. */
  async function start(before: PowerCause, signal: AbortSignal): Promise<void> {
    const mayStart = (): void => {
      signal.throwIfAborted()
      requireExisting()
    }
    // A guest may be through and off again before we look: that was announced, and it was on.
    const hasAnswered = async (): Promise<boolean> =>
      (await monitor.attach()) !== undefined || readCause(directory) !== undefined
    try {
      await startQemu({ spec: given, files, host, log, mayStart, hasAnswered })
    } catch (error) {
      if (!destroyed) writeCause(directory, before)
      throw error
    }
    requireExisting()
  }

  async function powerOn(signal: AbortSignal): Promise<void> {
    if (await attach()) return
    starting = true
    try {
      await start(readCause(directory) ?? 'lost', signal)
    } finally {
      starting = false
    }
  }

  /**
   * Under emulation the machine gets a new process. QEMU (7.2) keeps over a reset what it has translated, and looks at
   * it again with every write into a page that has some of it: a kernel that happens to unpack its initrd where the
   * kernel before lay needs four minutes for that instead of three seconds.
   */
  async function reset(signal: AbortSignal): Promise<void> {
    const { acceleration } = await host.acceleration()
    const client = await requireOn('a reset')
    if (acceleration === 'kvm') {
      await client.execute('system_reset')
      return
    }
    restarting = restart(signal).finally(() => {
      restarting = undefined
    })
    await restarting
  }

  async function restart(signal: AbortSignal): Promise<void> {
    const process = findProcess(directory)
    writeCause(directory, 'lost')
    await endQemu(process, monitor.release())
    try {
      await start('lost', signal)
    } catch (error) {
      if (!destroyed) changes.tell({ state: 'off', cause: 'lost' })
      throw error
    }
  }

  async function powerOff(): Promise<void> {
    try {
      if (!(await attach())) return
    } catch (error) {
      // The button also works on a machine that does not answer any more.
      if (!isFailure(error, 'driver.unreachable', 'driver.timeout')) throw error
    }
    await settleOff('asked')
  }

  return {
    name: given.name,
    spec: given,
    consoleLogPath: files.serialLog,
    powerState: async () => ((await attach()) ? 'on' : 'off'),
    power: (action, signal) =>
      inTurn(async () => {
        if (action === 'on') await powerOn(signal)
        else if (action === 'off') await powerOff()
        else await reset(signal)
      }),
    setMedia: (path, _signal, { first } = { first: false }) =>
      inTurn(async () => {
        const media = { path, first: first && path !== undefined }
        const had = readMedia(directory)
        if (had.path === media.path && had.first === media.first) return
        if (!(await attach())) return writeMedia(directory, media)
        throw new Failure(
          'machine.wrong-state',
          `${given.name} is on: its CD is only changed while it is off`,
        )
      }),
    typeKeys: async (chords, intervalMs, signal) => {
      const client = await requireOn('typing')
      for (const chord of chords) {
        signal.throwIfAborted()
        const keys = chord.map((data) => ({ type: 'qcode', data }))
        await client.execute('send-key', { keys, 'hold-time': KEY_HOLD_MS })
        await sleep(Math.max(intervalMs, KEY_HOLD_MS), undefined, { signal })
      }
    },
    screenshot: async () => takeScreenshot(await requireOn('a screenshot'), directory),
    watch: (signal) => changes.listen(signal, present),
    endpoint: (port) => {
      const forward = readSpec(directory)?.forwards.find(({ guest }) => guest === port)
      return forward ? { host: '127.0.0.1', port: forward.host } : undefined
    },
    detach: () => monitor.release()?.close(),
    destroy: async () => {
      destroyed = true
      // Whoever waits for it to start or end stops waiting.
      const client = monitor.release()
      await turn
      await ending?.catch(() => undefined)
      const process = findProcess(directory)
      writeCause(directory, 'asked')
      await endQemu(process, client ?? monitor.release())
      changes.tell({ state: 'off', cause: 'asked' })
    },
  }
}
