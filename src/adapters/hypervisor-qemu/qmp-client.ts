import { closeSync, constants, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createQmpParser, encodeQmpCommand, type QmpMessage } from '../../codec/qmp/qmp-message.ts'
import { Failure } from '../../domain/failure.ts'

/** Name of the monitor's socket, relative to the machine's directory. */
export const MONITOR_SOCKET = 'qmp.sock'
/** A command that is not answered within this time will not be. Milliseconds. */
const COMMAND_LIMIT_MS = 10_000

export interface QmpEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** One connection to the monitor of one QEMU. */
export interface QmpClient {
  readonly version: string
  /** Failure `driver.refused` with QEMU's words, `driver.timeout`, or `driver.unreachable` when QEMU is gone. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>
  close(): void
}

/** Connects to the QEMU of that directory and negotiates. Failure `driver.unreachable` when nobody listens. */
export async function openQmpClient(
  directory: string,
  onEvent: (event: QmpEvent) => void,
): Promise<QmpClient> {
  const socket = await dial(directory)
  const pending = new Map<number, (message: QmpMessage | Failure) => void>()
  const parser = createQmpParser()
  const gone = Promise.withResolvers<void>()
  const greeting = Promise.withResolvers<string>()
  greeting.promise.catch(() => undefined)
  let lastId = 0

  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    try {
      for (const message of parser.push(text)) receive(message)
    } catch (error) {
      socket.destroy(error as Error)
    }
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    const lost = new Failure('driver.unreachable', 'the connection to QEMU has ended')
    greeting.reject(lost)
    for (const settle of pending.values()) settle(lost)
    pending.clear()
    gone.resolve()
  })

  function receive(message: QmpMessage): void {
    if (message.kind === 'greeting') greeting.resolve(message.version)
    else if (message.kind === 'event') onEvent(message)
    else if (message.id !== undefined) {
      pending.get(message.id)?.(message)
      pending.delete(message.id)
    }
  }

  function execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed)
        return reject(new Failure('driver.unreachable', 'the connection to QEMU has ended'))
      lastId += 1
      const id = lastId
      const timer = setTimeout(() => {
        pending.delete(id)
        reject(
          new Failure('driver.timeout', `QEMU did not answer ${command} within ${COMMAND_LIMIT_MS / 1000} s`),
        )
      }, COMMAND_LIMIT_MS)
      pending.set(id, (answer) => {
        clearTimeout(timer)
        if (answer instanceof Failure) reject(answer)
        else if (answer.kind === 'return') resolve(answer.value)
        else if (answer.kind === 'error') {
          reject(new Failure('driver.refused', `QEMU refused ${command}: ${answer.description}`))
        }
      })
      socket.write(encodeQmpCommand(command, id, args))
    })
  }

  const timer = setTimeout(() => socket.destroy(), COMMAND_LIMIT_MS)
  try {
    const version = await greeting.promise
    await execute('qmp_capabilities')
    return { version, execute, closed: gone.promise, close: () => socket.destroy() }
  } catch (error) {
    // QEMU listens to one connection at a time: one that is of no use must not keep others out.
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A socket address holds 107 characters (unix(7)), a machine's directory may be longer. By way of an open directory
 * the address is always short (proc(5), fd).
 */
function dial(directory: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      const path = join(directory, MONITOR_SOCKET)
      reject(
        new Failure('driver.unreachable', `QEMU does not listen on ${path}: ${error.message}`, {}, error),
      )
    }
    let opened: number
    try {
      opened = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
    } catch (error) {
      return refuse(error as Error)
    }
    const socket = connect({ path: `/proc/self/fd/${opened}/${MONITOR_SOCKET}` })
    socket.once('connect', () => {
      closeSync(opened)
      socket.off('error', refused)
      resolve(socket)
    })
    const refused = (error: Error): void => {
      closeSync(opened)
      refuse(error)
    }
    socket.once('error', refused)
  })
}
