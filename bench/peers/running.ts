import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const START_MS = 15_000
const RETRY_MS = 20

/** A program under measurement, in a process of its own. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  /** What it said on standard error so far, for whoever looks why it failed. */
  said(): string
}

/** Starts it; disposing ends it and waits until it is gone. Rejects when it cannot be started. */
export async function startProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8000)
  })
  await once(child, 'spawn')
  return { pid: child.pid ?? 0, said: () => said, [Symbol.asyncDispose]: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 3000)
  await closed
  clearTimeout(killer)
}

/** Waits until something listens on the TCP port of this machine. */
export async function listening(port: number, running: Running): Promise<void> {
  const until = performance.now() + START_MS
  while (!(await answers(port))) {
    if (performance.now() > until) throw new Error(`nothing listens on port ${port}:\n${running.said()}`)
    await sleep(RETRY_MS)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (isThere: boolean) => () => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', settle(true)).once('error', settle(false))
  })
}

/** What matches the pattern's group in what the command prints, or nothing when it is not installed. */
export async function versionOf(
  command: string,
  args: readonly string[],
  pattern: RegExp,
  environment: NodeJS.ProcessEnv = {},
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      env: { ...process.env, ...environment },
    })
    return pattern.exec(stdout + stderr)?.[1]
  } catch {
    return undefined
  }
}
