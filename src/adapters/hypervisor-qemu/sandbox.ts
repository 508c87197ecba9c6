import { spawn } from 'node:child_process'
import { QEMU } from './tools.ts'

/**
 * System calls a machine never needs are taken from its QEMU (QEMU, security; seccomp(2)): a guest that breaks out
 * of its emulator cannot start programs or raise its privileges.
 */
export const SANDBOX = [
  '-sandbox',
  'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
] as const

/** A QEMU without a machine is up in well under a second. Milliseconds. */
const TRIAL_LIMIT_MS = 10_000

/** Whether QEMU and the kernel really do it: some are built without, and some containers do not allow it. */
export function probeSandbox(): Promise<boolean> {
  return new Promise((resolve) => {
    const machine = ['-nodefaults', '-no-user-config', '-machine', 'none', '-display', 'none']
    const child = spawn(QEMU, [...SANDBOX, ...machine, '-monitor', 'stdio'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: TRIAL_LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
    // One that refuses its command line is gone before it reads.
    child.stdin.on('error', () => undefined).end('quit\n')
  })
}
