import { execFile } from 'node:child_process'

const LIMIT_MS = 5000
const MAX_BYTES = 8 * 1024 * 1024

/** How a program of this computer that only looks ended. `missing`: it is not there. */
export type BriefRun =
  | { readonly kind: 'done'; readonly stdout: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly why: string }

/** Runs it without a shell, in C, for five seconds and 8 MiB at most. Rejects with the reason of the signal only. */
export function runBriefly(program: string, args: readonly string[], signal: AbortSignal): Promise<BriefRun> {
  return new Promise((resolve, reject) => {
    // Tools of the administrator are not in the PATH of everybody.
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
    const env = { ...process.env, PATH: path, LC_ALL: 'C' }
    const options = { signal, timeout: LIMIT_MS, maxBuffer: MAX_BYTES, env, killSignal: 'SIGKILL' as const }
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve({ kind: 'done', stdout })
      if (signal.aborted) return reject(signal.reason)
      // A folder of the PATH that may not be looked into is no reason to think it is there.
      if (error.code === 'ENOENT' || error.code === 'EACCES') return resolve({ kind: 'missing' })
      const said = stderr.trim().split('\n')[0] ?? ''
      resolve({ kind: 'failed', why: (said || error.message).slice(0, 200) })
    })
  })
}
