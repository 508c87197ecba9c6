import type { Control } from '../../app/control-connection.ts'
import { formatDuration } from '../../domain/duration.ts'
import { Failure } from '../../domain/failure.ts'
import { printable } from '../../domain/printable.ts'
import type { CommandContext } from '../command-context.ts'
import { describeWaiting } from '../output/host-line.ts'
import { createLiveFollower } from '../output/live-follower.ts'
import { createPlainFollower } from '../output/plain-follower.ts'
import { withInterrupt } from '../with-interrupt.ts'
import type { Views } from './follow-hosts.ts'

/** How a host came out. `gone`: somebody deleted it meanwhile; `unfinished`: the waiting ended before. */
export interface HostOutcome {
  readonly name: string
  readonly result: 'ready' | 'failed' | 'gone' | 'unfinished'
  readonly reason?: string
}

/** What the waiting came to. */
export interface WaitOutcome {
  readonly hosts: readonly HostOutcome[]
  /** Failure `host.failed` or `interrupted` unless all are ready; with `--json` only the exit code says so. */
  requireReady(): void
}

/** Shows how the hosts get on until each is ready or failed, the time is over, or Ctrl+C. */
export async function waitForHosts(
  context: CommandContext,
  control: Control,
  names: readonly string[],
  timeoutMs: number | undefined,
): Promise<WaitOutcome> {
  const { followHosts } = await import('./follow-hosts.ts')
  const follower =
    process.stderr.isTTY && !context.json
      ? createLiveFollower(process.stderr)
      : createPlainFollower(context.progress)
  const isDone = (views: Views): boolean => names.every((name) => isOver(views, name))
  const { views, isInterrupted } = await withInterrupt(async (interrupt) => {
    const limits = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]
    const signal = AbortSignal.any([interrupt, ...limits])
    try {
      const found = await followHosts({ control, names: new Set(names), follower, signal, isDone })
      return { views: found, isInterrupted: interrupt.aborted }
    } finally {
      follower.close()
    }
  })
  const hosts = names.map((name) => outcomeOf(name, views))
  return { hosts, requireReady: () => requireReady(hosts, context, isInterrupted, timeoutMs) }
}

function isOver(views: Views, name: string): boolean {
  const view = views.get(name)
  return !view || view.phase === 'ready' || view.phase === 'failed'
}

function outcomeOf(name: string, views: Views): HostOutcome {
  const view = views.get(name)
  if (!view) return { name, result: 'gone' }
  if (view.phase === 'ready') return { name, result: 'ready' }
  const waits = view.waitsFor === undefined ? undefined : describeWaiting(view.waitsFor)
  const reason = view.failure?.reason ?? waits
  return {
    name,
    result: view.phase === 'failed' ? 'failed' : 'unfinished',
    ...(reason === undefined ? {} : { reason: printable(reason) }),
  }
}

/** More names than these in one message help nobody. */
const MAX_NAMES = 20

function requireReady(
  hosts: readonly HostOutcome[],
  context: CommandContext,
  isInterrupted: boolean,
  timeoutMs: number | undefined,
): void {
  const missing = hosts.filter(({ result }) => result !== 'ready')
  if (missing.length === 0) {
    if (!context.json) context.progress(`all ${hosts.length} hosts are ready`)
    return
  }
  if (context.json) {
    process.exitCode = 1
    return
  }
  const next = 'edgeboot host watch shows how they get on'
  if (isInterrupted) {
    throw new Failure('interrupted', `stopped waiting; the server goes on with the hosts; ${next}`)
  }
  const names = missing.slice(0, MAX_NAMES).map(({ name }) => name)
  const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : ''
  const unfinished = missing.some(({ result }) => result === 'unfinished')
  const when = unfinished && timeoutMs !== undefined ? ` after ${formatDuration(timeoutMs)}` : ''
  throw new Failure(
    'host.failed',
    `${missing.length} of ${hosts.length} hosts are not ready${when}: ${names.join(', ')}${more}; ${next}, ` +
      'edgeboot host show NAME what happened to one',
  )
}
