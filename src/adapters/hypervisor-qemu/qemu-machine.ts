import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { MachineSpec, PowerCause, PowerChange } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { Machine } from '../../ports/machine-driver.ts'
import type { AccelerationChoice } from './acceleration.ts'
import { createChannel } from './event-channel.ts'
import {
  type Forward,
  filesOf,
  readCause,
  readMedia,
  readProcess,
  readSpec,
  writeCause,
  writeMedia,
} from './machine-directory.ts'
import { isAlive, killProcess, waitForExit } from './qemu-process.ts'
import { openQmpClient, type QmpClient, type QmpEvent } from './qmp-client.ts'
import { startQemu } from './start-qemu.ts'

/** A machine with the handles only the driver uses. */
export interface QemuMachine extends Machine {
  /** Lets go of the connection; the machine goes on. */
  detach(): void
  /** Ends the process, whatever it is doing. */
  destroy(): Promise<void>
}

/** How long a QEMU that was told to quit may take, in milliseconds. */
const QUIT_LIMIT_MS = 5000
/** A key is held down this long, in milliseconds: firmware polls slowly under emulation. */
const KEY_HOLD_MS = 40
/** A picture of a text or boot console is far smaller. Bytes. */
const MAX_SCREENSHOT_BYTES = 32 * 1024 * 1024

/**
 * One machine, known by its directory. What it is doing is read from its process and its monitor, never assumed:
 * both outlive this object.
 */
export function createQemuMachine(
  directory: string,
  given: MachineSpec,
  { log, acceleration }: { readonly log: Log; readonly acceleration: () => Promise<AccelerationChoice> },
): QemuMachine {
  const files = filesOf(directory)
  const changes = createChannel<PowerChange>()
  let client: QmpClient | undefined
  let attaching: Promise<QmpClient | undefined> | undefined
  /** Why the power is about to go, where it is us or the guest has announced it. */
  let leaving: PowerCause | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const process = () => readProcess(directory)
  const forwards = (): readonly Forward[] => readSpec(directory)?.forwards ?? []

  /** Power actions one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  async function attach(): Promise<QmpClient | undefined> {
    if (client) return client
    if (!isAlive(process())) return undefined
    attaching ??= connectAndLook().finally(() => {
      attaching = undefined
    })
    return attaching
  }

  async function connectAndLook(): Promise<QmpClient | undefined> {
    const opened = await connectWhileAlive()
    if (!opened) return undefined
    client = opened
    void opened.closed.then(() => afterDisconnect(opened))
    const { status } = (await opened.execute('query-status')) as { status: string }
    if (status === 'shutdown') await settleOff('guest-shutdown')
    else if (status === 'guest-panicked') await settleOff('guest-panic')
    return client
  }

  async function connectWhileAlive(): Promise<QmpClient | undefined> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      try {
        return await openQmpClient(files.socket, onEvent)
      } catch (error) {
        if (!isFailure(error, 'driver.unreachable')) throw error
        if (!isAlive(process())) return undefined
        await sleep(50)
      }
    }
    throw new Failure(
      'driver.unreachable',
      `QEMU of ${given.name} runs but its monitor ${files.socket} does not answer`,
    )
  }

  function onEvent({ name, data }: QmpEvent): void {
    log.debug({ machine: given.name, event: name, data }, 'QEMU event')
    if (name === 'RESET' && data['guest'] === true) changes.tell({ state: 'on', cause: 'guest-reset' })
    if (name === 'GUEST_PANICKED') void settleOff('guest-panic').catch(() => undefined)
    if (name === 'SHUTDOWN' && data['guest'] === true) {
      const cause = data['reason'] === 'guest-panic' ? 'guest-panic' : 'guest-shutdown'
      void settleOff(cause).catch(() => undefined)
    }
  }

  /** The guest is done; what is left of it is ended and the reason kept for whoever comes later. */
  async function settleOff(cause: 'asked' | 'guest-shutdown' | 'guest-panic'): Promise<void> {
    if (leaving) return
    leaving = cause
    writeCause(directory, cause)
    await endProcess()
    changes.tell({ state: 'off', cause })
    leaving = undefined
  }

  async function endProcess(): Promise<void> {
    const identity = process()
    const leavingClient = client
    client = undefined
    await leavingClient?.execute('quit').catch(() => undefined)
    if (!(await waitForExit(identity, QUIT_LIMIT_MS))) await killProcess(identity)
    leavingClient?.close()
    await rm(files.socket, { force: true })
  }

  async function afterDisconnect(which: QmpClient): Promise<void> {
    if (client !== which) return
    client = undefined
    if (leaving || !(await waitForExit(process(), QUIT_LIMIT_MS))) return
    writeCause(directory, 'lost')
    changes.tell({ state: 'off', cause: 'lost' })
  }

  async function present(): Promise<PowerChange> {
    if (await attach()) return { state: 'on', cause: 'unknown' }
    const cause = readCause(directory)
    // Started, and gone without anybody having announced it: `off-cause` is emptied at every start.
    return { state: 'off', cause: cause === 'unknown' && process() ? 'lost' : cause }
  }

  async function requireOn(what: string): Promise<QmpClient> {
    const attached = await attach()
    if (attached) return attached
    throw new Failure('machine.wrong-state', `${given.name} is off: ${what} needs it to be on`)
  }

  async function powerOn(signal: AbortSignal): Promise<void> {
    if (await attach()) return
    signal.throwIfAborted()
    writeCause(directory, undefined)
    const choice = await acceleration()
    await startQemu({ spec: given, files, mediaPath: readMedia(directory), choice, log })
    changes.tell({ state: 'on', cause: 'asked' })
    // A guest may be through and off again before we look; that was announced, anything else was not.
    if ((await attach()) || readCause(directory) !== 'unknown') return
    throw new Failure('machine.start-failed', `QEMU of ${given.name} ended at once; see ${files.qemuLog}`)
  }

  return {
    name: given.name,
    spec: given,
    consoleLogPath: files.serialLog,
    powerState: async () => ((await attach()) ? 'on' : 'off'),
    power: (action, signal) =>
      inTurn(async () => {
        if (action === 'on') return powerOn(signal)
        if (action === 'off') return (await attach()) ? settleOff('asked') : undefined
        await (await requireOn('a reset')).execute('system_reset')
      }),
    setMedia: (isoPath) =>
      inTurn(async () => {
        if (readMedia(directory) === isoPath) return
        if (await attach()) {
          throw new Failure(
            'machine.wrong-state',
            `${given.name} is on: its CD is only changed while it is off`,
          )
        }
        writeMedia(directory, isoPath)
      }),
    typeKeys: async (chords, intervalMs, signal) => {
      const monitor = await requireOn('typing')
      for (const chord of chords) {
        signal.throwIfAborted()
        const keys = chord.map((data) => ({ type: 'qcode', data }))
        await monitor.execute('send-key', { keys, 'hold-time': KEY_HOLD_MS })
        await sleep(Math.max(intervalMs, KEY_HOLD_MS), undefined, { signal })
      }
    },
    screenshot: async () => {
      const path = join(directory, `screen-${globalThis.process.hrtime.bigint()}.png`)
      try {
        await (await requireOn('a screenshot')).execute('screendump', { filename: path, format: 'png' })
        const png = await readFile(path)
        if (png.length > MAX_SCREENSHOT_BYTES)
          throw new Failure('driver.refused', 'the screenshot is far too large')
        return new Uint8Array(png)
      } finally {
        await rm(path, { force: true })
      }
    },
    watch: (signal) => changes.listen(signal, present),
    endpoint: (port) => {
      const forward = forwards().find(({ guest }) => guest === port)
      return forward ? { host: '127.0.0.1', port: forward.host } : undefined
    },
    detach: () => {
      const attached = client
      client = undefined
      attached?.close()
    },
    destroy: () =>
      inTurn(async () => {
        leaving = 'asked'
        writeCause(directory, 'asked')
        await attach().catch(() => undefined)
        await endProcess()
        changes.tell({ state: 'off', cause: 'asked' })
      }),
  }
}
