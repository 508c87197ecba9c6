import { showName } from '../../codec/tftp/file-name.ts'
import { TFTP_ERRORS, type TftpPacket, type TftpRequest } from '../../codec/tftp/packet.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Endpoint } from './endpoint.ts'
import type { TftpLimits } from './limits.ts'
import type { TftpObserver, TransferAbout } from './observer.ts'
import type { Peer } from './peer.ts'
import { planTransfer, type TransferPlan } from './plan-transfer.ts'
import {
  createTransferSession,
  type TransferEnd,
  type TransferSession,
  type TransferStep,
} from './transfer-session.ts'

interface Transfer {
  readonly client: Peer
  readonly name: string
  /** What was asked, to know the same request again. */
  readonly asked: string
  readonly plan: TransferPlan
  readonly session: TransferSession
  readonly endpoint: Endpoint
  readonly startedAt: number
  /** How long an answer may take. */
  waitMs: number
  /** When it is a timeout; `undefined` until the next tick, from which on it counts: almost always an answer comes before. */
  deadline: number | undefined
}

/** All transfers of one server, each with a client's address and port of its own. Their number is bounded. */
export interface Transfers {
  readonly size: number
  /** Whether the packet can concern a transfer of this client: one that runs, or one that ended or was refused a moment ago. */
  knows(client: Peer): boolean
  /** A request of this client was refused; some answer that, and are not to be answered again. */
  noteRefusal(client: Peer): void
  /** Begins to send; returns the reason when there is no room for it. */
  begin(
    request: TftpRequest,
    client: Peer,
    file: { readonly name: string; readonly bytes: Uint8Array },
    openEndpoint: () => Endpoint,
  ): string | undefined
  /** Whether a transfer of this client runs, which then has heard it. */
  hear(client: Peer, packet: TftpPacket): boolean
  /** Ends the transfer of one client. */
  end(client: Peer, reason: string): void
  endAll(reason: string): void
}

interface Dependencies {
  readonly clock: Clock
  readonly limits: TftpLimits
  readonly observe: TftpObserver
  /** No timeouts are seen after it aborted. */
  readonly signal: AbortSignal
}

/** How often is looked for what is due, so that no acknowledgement has to touch a timer, or look at the clock. */
const TICK_MS = 50
/** Packets of a transfer that just ended may still come, in the wrong order or twice … */
const LINGER_MS = 10_000
/** … of so many transfers they are known. */
const MAX_LINGERING = 1024

export function createTransfers({ clock, limits, observe, signal }: Dependencies): Transfers {
  const running = new Map<string, Transfer>()
  const countByAddress = new Map<string, number>()
  const endedAt = new Map<string, number>()
  let isWatching = false

  function act(transfer: Transfer, step: TransferStep): void {
    for (const packet of step.send) transfer.endpoint.send(packet, transfer.client)
    if (step.waitMs !== undefined) {
      transfer.waitMs = step.waitMs
      transfer.deadline = undefined
    }
    if (step.end) finish(transfer, step.end)
  }

  function finish(transfer: Transfer, end: TransferEnd): void {
    const { key } = transfer.client
    if (!running.delete(key)) return
    const left = (countByAddress.get(transfer.client.address) ?? 1) - 1
    if (left > 0) countByAddress.set(transfer.client.address, left)
    else countByAddress.delete(transfer.client.address)
    rememberEnd(key)
    transfer.endpoint.close()
    report(transfer, end)
  }

  function rememberEnd(key: string): void {
    endedAt.delete(key)
    endedAt.set(key, clock.now())
    const oldest = endedAt.size > MAX_LINGERING ? endedAt.keys().next().value : undefined
    if (oldest !== undefined) endedAt.delete(oldest)
  }

  function report({ client, name, plan, session, startedAt }: Transfer, end: TransferEnd): void {
    const about: TransferAbout = {
      name: showName(name),
      address: client.address,
      port: client.port,
      bytes: plan.bytes.length,
      blockSize: plan.blockSize,
      windowSize: plan.windowSize,
      durationMs: clock.now() - startedAt,
    }
    if (end.kind === 'sent') observe.sent(about)
    else if (end.kind === 'size-asked') observe.sizeAsked(about)
    else {
      const { acknowledgedBytes } = session
      observe.aborted({ ...about, reason: end.reason, acknowledgedBytes })
    }
  }

  function abort(transfer: Transfer, reason: string): void {
    const error: TftpPacket = { type: 'error', code: TFTP_ERRORS.seeMessage, message: reason }
    act(transfer, { send: [error], end: { kind: 'aborted', reason } })
  }

  /** Requests with made-up addresses must not keep out those who are there: the oldest that never answered goes. */
  function makeRoom(): boolean {
    if (running.size < limits.maxTransfers) return true
    const unanswered = running.values().find(({ session }) => !session.isAnswered)
    if (unanswered) abort(unanswered, 'too many transfers, and this client has not answered yet')
    return unanswered !== undefined
  }

  async function watch(): Promise<void> {
    while (running.size > 0 && !signal.aborted) {
      await clock.sleep(TICK_MS, signal)
      const now = clock.now()
      for (const transfer of running.values()) {
        if (now - transfer.startedAt >= limits.lifeMs) abort(transfer, 'it took too long')
        else if (transfer.deadline === undefined) transfer.deadline = now + transfer.waitMs
        else if (now >= transfer.deadline) act(transfer, transfer.session.onTimeout())
      }
    }
  }

  function startWatching(): void {
    if (isWatching) return
    isWatching = true
    watch()
      // Only the signal ends it early, and then there is nothing left to watch.
      .catch(() => undefined)
      .finally(() => {
        isWatching = false
      })
  }

  return {
    get size() {
      return running.size
    },
    knows({ key }) {
      return running.has(key) || clock.now() - (endedAt.get(key) ?? -LINGER_MS) < LINGER_MS
    },
    noteRefusal({ key }) {
      if (!running.has(key)) rememberEnd(key)
    },
    begin(request, client, { name, bytes }, openEndpoint) {
      const { key } = client
      const asked = JSON.stringify([request.name, request.options])
      const before = running.get(key)
      // The network brought the same request twice, or late: what was sent is on its way.
      if (before?.asked === asked && !before.session.isStalled) return undefined
      if (before) finish(before, { kind: 'aborted', reason: 'the client asked anew' })
      const count = countByAddress.get(client.address) ?? 0
      if (count >= limits.maxTransfersPerAddress || !makeRoom()) return 'too many transfers'
      const plan = planTransfer(bytes, request.options, limits)
      const session = createTransferSession(plan, limits)
      const startedAt = clock.now()
      const endpoint = openEndpoint()
      const waits = { waitMs: plan.retryMs, deadline: undefined }
      const transfer: Transfer = { client, name, asked, plan, session, endpoint, startedAt, ...waits }
      running.set(key, transfer)
      countByAddress.set(client.address, count + 1)
      act(transfer, session.start())
      startWatching()
      return undefined
    },
    hear(client, packet) {
      const transfer = running.get(client.key)
      if (transfer) act(transfer, transfer.session.onPacket(packet))
      return transfer !== undefined
    },
    end(client, reason) {
      const transfer = running.get(client.key)
      if (transfer) finish(transfer, { kind: 'aborted', reason })
    },
    endAll(reason) {
      for (const transfer of running.values()) abort(transfer, reason)
    },
  }
}
