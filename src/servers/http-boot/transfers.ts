import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ServedArtifact } from '../../ports/boot-desk.ts'
import type { Log } from '../../ports/log.ts'
import type { ArtifactAnswer } from './artifact-answer.ts'
import type { BootLimits } from './limits.ts'
import { pieceBytesFor } from './pieces.ts'
import { sendArtifact, type TransferResult } from './transfer.ts'

/** All transfers under way: they share a budget of memory and can be ended together. */
export interface Transfers {
  send(
    socket: Socket,
    response: ServerResponse,
    artifact: ServedArtifact,
    answer: ArtifactAnswer,
  ): Promise<TransferResult>
  /** Ends all, also those that begin later. The reason is told to the observers. */
  abortAll(reason: string): void
}

export function createTransfers(limits: BootLimits, log: Log, whenNoneLeft: () => void): Transfers {
  const running = new Map<object, AbortController>()
  let stopped: string | undefined
  return {
    async send(socket, response, artifact, answer) {
      const controller = new AbortController()
      const key = {}
      running.set(key, controller)
      if (stopped !== undefined) controller.abort(stopped)
      const pieceBytes = () => pieceBytesFor(running.size, limits.maxBytesInFlight)
      const options = { stallMs: limits.stallMs, pieceBytes, signal: controller.signal, log }
      try {
        return await sendArtifact(socket, response, artifact, answer, options)
      } finally {
        running.delete(key)
        if (running.size === 0) whenNoneLeft()
      }
    },
    abortAll(reason) {
      stopped = reason
      for (const controller of running.values()) controller.abort(reason)
    },
  }
}
