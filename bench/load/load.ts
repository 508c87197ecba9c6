import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Download } from '../peers/file-server.ts'

/** What a load client does: all downloads at once, each over a connection of its own. */
export interface LoadPlan {
  readonly downloads: readonly Download[]
  /** How often each connection begins anew after its end; 1 by default. */
  readonly times?: number
  /** Instead of `times`: until so many milliseconds are over, in the middle of a download or not. */
  readonly forMs?: number
  /** Digests what arrives, which costs as much as the rest together. */
  readonly digests?: boolean
  /** Trusted for HTTPS, PEM. */
  readonly authority?: string
}

export interface LoadReport {
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly bytes: number
  /** Of each connection from its start to its last byte, in the order of the plan. */
  readonly durationsMs: readonly number[]
  /** Hex, in the order of the plan; with `digests` only. */
  readonly sha256: readonly string[]
  readonly cpuSeconds: number
}

/** What a load client sends. */
export type LoadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly report: LoadReport }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Runs the plan in so many processes, which share its downloads and begin together. Rejects when a single answer was not
 * exactly what was expected.
 */
export async function runLoad(plan: LoadPlan, processes = 1): Promise<LoadReport> {
  const clients = Array.from({ length: Math.min(processes, plan.downloads.length) }, () =>
    fork(join(import.meta.dirname, 'load-client.ts'), { execArgv: [] }),
  )
  try {
    await Promise.all(clients.map(messageOf))
    const reports = await Promise.all(
      clients.map(async (client, at) => {
        const downloads = plan.downloads.filter((_, index) => index % clients.length === at)
        const message = messageOf(client)
        client.send({ ...plan, downloads })
        return reportIn(await message)
      }),
    )
    return {
      startedAt: Math.min(...reports.map(({ startedAt }) => startedAt)),
      endedAt: Math.max(...reports.map(({ endedAt }) => endedAt)),
      bytes: reports.reduce((sum, { bytes }) => sum + bytes, 0),
      durationsMs: inPlan(reports.map(({ durationsMs }) => durationsMs)),
      sha256: inPlan(reports.map(({ sha256 }) => sha256)),
      cpuSeconds: reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    }
  } finally {
    await Promise.all(clients.map(end))
  }
}

/** Bytes per second of the whole run. */
export function bytesPerSecond({ bytes, startedAt, endedAt }: LoadReport): number {
  return (bytes * 1000) / (endedAt - startedAt)
}

/** Undoes how the downloads were dealt out. */
function inPlan<T>(dealt: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(...dealt.map(({ length }) => length))
  return Array.from({ length: longest }, (_, round) =>
    dealt.flatMap((one) => one.slice(round, round + 1)),
  ).flat()
}

async function messageOf(client: ChildProcess): Promise<LoadMessage> {
  const ended = once(client, 'exit').then(([code]): LoadMessage => {
    return { kind: 'failed', reason: `the load client ended with ${code}` }
  })
  const told = once(client, 'message').then(([message]) => message as LoadMessage)
  return await Promise.race([told, ended])
}

function reportIn(message: LoadMessage): LoadReport {
  if (message.kind === 'done') return message.report
  throw new Error(message.kind === 'failed' ? message.reason : 'the load client said nothing')
}

async function end(client: ChildProcess): Promise<void> {
  if (client.exitCode !== null || client.signalCode !== null) return
  const gone = once(client, 'exit')
  client.kill()
  await gone
}
