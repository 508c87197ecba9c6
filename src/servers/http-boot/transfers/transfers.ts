import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ServedArtifact } from '../../../ports/boot-desk.ts'
import type { Log } from '../../../ports/log.ts'
import type { ArtifactAnswer } from '../artifact-answer.ts'
import type { BootLimits } from '../limits.ts'
import type { Pace } from './pace.ts'
import { pieceBytesFor } from './pieces.ts'
import type { Rounds } from './rounds.ts'
import { sendArtifact, type TransferResult } from './transfer.ts'

/** All transfers under way: they share a budget of memory and can be ended together. */
export interface Transfers {
  /** To be waited for before anything is done for a transfer: they begin one by one, and others go first. */
  begin(): Promise<void>
  /** `host` is the same for all that one machine asks for on its way. */
  send(
    host: string,
    socket: Socket,
    response: ServerResponse,
    artifact: ServedArtifact,
    answer: ArtifactAnswer,
  ): Promise<TransferResult>
  /** Ends all, also those that begin later. The reason is told to the observers. */
  abortAll(reason: string): void
}

/**
 * Their turns are among those of `rounds`; with a pace they send within its budget. `whenNoneLeft` is called each time the last
 * transfer under way has ended.
 */
export function createTransfers(
  limits: BootLimits,
  rounds: Rounds,
  pace: Pace | undefined,
  log: Log,
  whenNoneLeft: () => void,
): Transfers {
  const running = new Set<AbortController>()
  let stopped: string | undefined
  return {
    begin: rounds.begin,
    async send(host, socket, response, artifact, answer) {
      using place = pace?.join(host, artifact.role !== 'rootfs')
      const abort = new AbortController()
      running.add(abort)
      if (stopped !== undefined) abort.abort(stopped)
      const pieceBytes = () => pieceBytesFor(running.size, limits.maxBytesInFlight)
      const options = { stallMs: limits.stallMs, pieceBytes, turns: place ?? rounds, abort, log }
      try {
        return await sendArtifact(socket, response, artifact, answer, options)
      } finally {
        running.delete(abort)
        if (running.size === 0) whenNoneLeft()
      }
    },
    abortAll(reason) {
      stopped = reason
      for (const abort of running) abort.abort(reason)
    },
  }
}
