import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { nodeFlags, PROGRAM } from './program.ts'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The real command line as a child process, started as the launcher does it. */
export interface EdgebootProcess {
  readonly child: ChildProcess
  /** Resolves with the first line on stderr that matches, or the second and so on; rejects when the process ends without one. */
  line(pattern: RegExp, nth?: number): Promise<string>
  finished: Promise<Finished>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

export function startEdgeboot(args: readonly string[], env: NodeJS.ProcessEnv = {}): EdgebootProcess {
  const child = spawn(process.execPath, [...nodeFlags(), PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const look of watchers) look()
  })
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return {
    child,
    finished,
    line: (pattern, nth = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = stderr.split('\n').filter((line) => pattern.test(line))[nth - 1]
          if (found === undefined) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
        void finished.then(({ code }) => {
          watchers.delete(look)
          reject(new Error(`edgeboot ended with ${code} before it said ${pattern}:\n${stderr.slice(-3000)}`))
        })
      }),
    kill: async () => {
      child.kill('SIGKILL')
      await finished
    },
  }
}

/** Runs it to its end. */
export function runEdgeboot(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return startEdgeboot(args, env).finished
}
