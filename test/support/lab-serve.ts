import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NetbootNews } from '../../src/ports/netboot-watch.ts'
import type { NetbootLab } from './netboot-lab.ts'
import { nodeFlags, PROGRAM } from './program.ts'

/** `edgeboot serve` on the machine of Edgeboot in the lab. Disposing kills it. */
export interface LabServe extends AsyncDisposable {
  readonly process: ChildProcess
  /** Everything it has said yet. */
  said(): string
  /** Resolves with the first line it says, or has said, that matches; rejects when it ends without one. */
  line(pattern: RegExp): Promise<string>
  /** Another command of the same data directory, to its end: what it wrote to stdout. */
  run(...args: readonly string[]): string
  apply(fleet: string): void
  /** What `dhcp watch --recent` tells. */
  news(): readonly NetbootNews[]
}

export interface LabServeOptions {
  /** Below the directory of the lab; the same one again goes on with what the last one left. */
  readonly data: string
  /** Program and arguments in front, such as `setpriv`. */
  readonly before?: readonly string[]
}

/** Starts it; resolves when it serves. */
export async function serveInLab(
  lab: NetbootLab,
  args: readonly string[],
  { data, before = [] }: LabServeOptions,
): Promise<LabServe> {
  const directory = join(lab.directory, data)
  const node = [process.execPath, ...nodeFlags()]
  const edgeboot = ['env', `EDGEBOOT_DATA_DIR=${directory}`, ...node, PROGRAM] as const
  const [program = '', ...rest] = [...before, ...edgeboot, 'serve', ...args]
  const child = lab.start(program, rest)
  let text = ''
  const watchers = new Set<() => void>()
  const hear = (piece: Buffer): void => {
    text += piece.toString('utf8')
    for (const look of watchers) look()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const closed = once(child, 'close')

  const run = (...more: readonly string[]): string => {
    const [first = '', ...then] = [...lab.inServer, ...edgeboot, ...more]
    return execFileSync(first, then, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = text.split('\n').find((one) => pattern.test(one))
        if (found === undefined) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      void closed.then(([code]) =>
        reject(new Error(`serve ended with ${code} before it said ${pattern}:\n${text.slice(-3000)}`)),
      )
      look()
    })
  await line(/Ctrl\+C stops/)
  return {
    process: child,
    said: () => text,
    line,
    run,
    apply(fleet) {
      const file = join(lab.directory, `${data}.yaml`)
      writeFileSync(file, fleet)
      run('apply', '-f', file)
    },
    news: () =>
      run('dhcp', 'watch', '--recent', '--json')
        .split('\n')
        .filter((one) => one !== '')
        .map((one) => JSON.parse(one)),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** A line of /proc/PID/status without its name. */
export function statusOf({ pid }: ChildProcess, name: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? ''
}
