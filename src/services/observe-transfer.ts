import type { ArtifactRole } from '../domain/artifact.ts'
import type { HostEvent } from '../domain/event.ts'
import type { TransferObserver } from '../ports/boot-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { Happening } from './host-book.ts'

export type TransferHappening = Extract<Happening, { type: Extract<HostEvent['type'], `artifact.${string}`> }>

/** Turns the course of one response into events, with the rate since its start in bytes per second. */
export function observeTransfer(input: {
  readonly role: ArtifactRole
  readonly totalBytes: number
  /** Who downloads. */
  readonly address?: string
  readonly clock: Clock
  readonly tell: (happening: TransferHappening) => void
}): TransferObserver {
  const { role, totalBytes, address, clock, tell } = input
  let startedAt = clock.now()

  function data(bytes: number) {
    const seconds = (clock.now() - startedAt) / 1000
    const rate = seconds > 0 ? Math.round(bytes / seconds) : 0
    return { role, bytes, total: totalBytes, rate }
  }

  return {
    started: () => {
      startedAt = clock.now()
      tell({ type: 'artifact.started', data: { ...data(0), ...(address ? { address } : {}) } })
    },
    progress: (bytes) => tell({ type: 'artifact.progress', data: data(bytes) }),
    finished: (bytes) => tell({ type: 'artifact.finished', data: data(bytes) }),
    aborted: (bytes, reason) => tell({ type: 'artifact.aborted', data: { ...data(bytes), reason } }),
  }
}
