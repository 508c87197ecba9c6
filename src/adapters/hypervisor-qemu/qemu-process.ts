import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that cannot be mistaken for a later one of the same number: start time in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
}

/** The identity of a running process; `undefined` when there is none, or only its remains (proc(5), stat). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold anything; fields are counted from behind its closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const startTime = fields[19]
    return fields[0] === 'Z' || fields[0] === 'X' || startTime === undefined ? undefined : { pid, startTime }
  } catch {
    return undefined
  }
}

export function isAlive(identity: ProcessIdentity | undefined): boolean {
  return identity !== undefined && identifyProcess(identity.pid)?.startTime === identity.startTime
}

/** How often a process that is not our child is looked at, in milliseconds. */
const LOOK_MS = 50
/** Longer only when it hangs in the kernel. Milliseconds. */
const KILL_LIMIT_MS = 5000

/** True as soon as it is gone, false when it is still there after the limit. */
export async function waitForExit(identity: ProcessIdentity | undefined, limitMs: number): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += LOOK_MS) {
    if (!isAlive(identity)) return true
    await sleep(LOOK_MS)
  }
  return !isAlive(identity)
}

/** Ends exactly this process at once, never another that took over its number. */
export async function killProcess(identity: ProcessIdentity | undefined): Promise<void> {
  signalProcess(identity, 'SIGKILL')
  await waitForExit(identity, KILL_LIMIT_MS)
}

/** Sends a signal to exactly this process; nothing happens when it is gone. */
export function signalProcess(identity: ProcessIdentity | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (!identity || !isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch {
    // Gone in between, or not ours to signal: whether it ends is looked at afterwards.
  }
}
