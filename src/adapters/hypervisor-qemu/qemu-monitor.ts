import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'
import { findProcess } from './find-process.ts'
import { isAlive, type ProcessIdentity } from './qemu-process.ts'
import type { openQmpClient, QmpClient, QmpEvent } from './qmp-client.ts'

/** A QEMU that runs answers within this time, also while it starts on a busy computer. Milliseconds. */
const ANSWER_LIMIT_MS = 30_000
/** Pauses between attempts to connect grow from the first to the last. Milliseconds. */
const FIRST_PAUSE_MS = 10
const LAST_PAUSE_MS = 250
/** Pauses between attempts to restore a connection that was cut grow up to this. Milliseconds. */
const LAST_RESTORE_PAUSE_MS = 5000

/** What a monitor tells its machine. */
export interface MonitorListener {
  /** Connected; events follow. */
  onOpen(): void
  onEvent(event: QmpEvent): void
  /** QEMU's run state (`query-status`) right after each connection: says what was missed while there was none. */
  onStatus(status: string): Promise<void>
  /** The connection has ended because its process has. */
  onGone(): void
}

/** The connection to one machine's QEMU, restored when it is cut while the process lives. */
export interface QemuMonitor {
  /**
   * The connection, made now if there is none; `undefined` when no process runs or it was let go meanwhile. Failure
   * `driver.unreachable` when one runs and does not answer.
   */
  attach(): Promise<QmpClient | undefined>
  /** Hands over the connection there is, or gives up the one that is being made. The next `attach` starts anew. */
  release(): QmpClient | undefined
}

export function createQemuMonitor(options: {
  readonly name: string
  readonly directory: string
  readonly connect: typeof openQmpClient
  readonly listener: MonitorListener
  readonly log: Log
}): QemuMonitor {
  const { name, directory, connect, listener, log } = options
  let client: QmpClient | undefined
  let attaching: Promise<QmpClient | undefined> | undefined
  let holding = new AbortController()

  async function attach(): Promise<QmpClient | undefined> {
    if (client) return client
    if (attaching) return attaching
    const process = findProcess(directory)
    if (!process) return undefined
    const made = open(process, holding.signal).finally(() => {
      if (attaching === made) attaching = undefined
    })
    attaching = made
    return made
  }

  async function open(process: ProcessIdentity, held: AbortSignal): Promise<QmpClient | undefined> {
    const started = performance.now()
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
      try {
        return await openOnce(held)
      } catch (error) {
        if (!isFailure(error, 'driver.unreachable')) throw error
      }
      if (held.aborted || !isAlive(process)) return undefined
      if (performance.now() - started > ANSWER_LIMIT_MS) throw unanswered(process.pid)
      await sleep(pauseMs)
    }
  }

  async function openOnce(held: AbortSignal): Promise<QmpClient | undefined> {
    const early: QmpEvent[] = []
    let hear = (event: QmpEvent): void => void early.push(event)
    const opened = await connect(directory, (event) => hear(event))
    if (held.aborted) {
      opened.close()
      return undefined
    }
    client = opened
    void opened.closed.then(() => afterClose(opened, held))
    listener.onOpen()
    hear = (event) => client === opened && listener.onEvent(event)
    for (const event of early) hear(event)
    try {
      const answer = (await opened.execute('query-status')) as { readonly status?: unknown } | null
      if (client === opened) await listener.onStatus(String(answer?.status))
    } catch (error) {
      opened.close()
      throw error
    }
    return client === opened ? opened : undefined
  }

  async function afterClose(which: QmpClient, held: AbortSignal): Promise<void> {
    if (client !== which) return
    client = undefined
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !held.aborted;
      pauseMs = Math.min(pauseMs * 2, LAST_RESTORE_PAUSE_MS)
    ) {
      try {
        const restored = await attach()
        if (!restored && !held.aborted) listener.onGone()
        return
      } catch (error) {
        log.warn({ err: error, machine: name }, 'the connection to QEMU was cut and is not restored yet')
      }
      await sleep(pauseMs, undefined, { signal: held }).catch(() => undefined)
    }
  }

  function unanswered(pid: number): Failure {
    return new Failure(
      'driver.unreachable',
      `the monitor of ${name}'s QEMU (process ${pid}) in ${directory} does not answer; ` +
        'the computer may be overloaded, or another program be connected to it',
      { pid },
    )
  }

  return {
    attach,
    release: () => {
      holding.abort()
      holding = new AbortController()
      attaching = undefined
      const held = client
      client = undefined
      return held
    },
  }
}
