import type { Pacing } from './pacing.ts'
import { createSortedList, type SortedList } from './sorted-list.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** So many bytes this transfer may send now. */
export interface Grant<Key> {
  readonly key: Key
  readonly bytes: number
}

/**
 * Who may send how much, and when. Transfers say that they could send (`want`), are picked one after the other
 * (`next`), and say so again when they can send more. Times in milliseconds, by a clock that never goes back.
 *
 * Over any span of time all transfers together are granted at most the budget and one burst of it (50 ms, at least
 * 2 KiB); the same holds for each host and its own bound. Whenever some want and there is a quantum of budget left (10 ms
 * of it, 1 to 256 KiB), one of them that its host's bound allows is granted something.
 */
export interface Pacer<Key> {
  /**
   * A transfer to that host begins. It goes on in the host's turn, also when another one of that host broke off. Urgent ones
   * go before all others where the order counts, and among themselves in the turns of their hosts.
   */
  begin(key: Key, host: string, nowMs: number, isUrgent?: boolean): void
  /** It is over; what was granted is spent. */
  end(key: Key, nowMs: number): void
  /** It could send so many bytes (more than 0) at once. Asked again before it was picked, the later number counts. */
  want(key: Key, bytes: number): void
  /** Whose turn it is; `undefined` when nobody may send now. */
  next(nowMs: number): Grant<Key> | undefined
  /**
   * Returns bytes of a grant that were not sent: at once, or a burst may go twice. One that returns all of them is getting
   * its bytes ready and keeps its turn: until it wants them again, others get only what comes in above half a burst.
   */
  giveBack(key: Key, bytes: number): void
  /** How long nobody may send at least; `undefined` when nobody wants to. To be asked after `next` found nobody. */
  waitMs(nowMs: number): number | undefined
}

interface Host<Key> {
  readonly name: string
  /** Lower goes first; unique. */
  turn: number
  /** Where it is in the line, by its turn and what it waits for; `undefined` while it is not in it. */
  place: number | undefined
  /** Was sent so much that nothing of it is urgent any more. */
  isLate: boolean
  readonly bucket: TokenBucket
  readonly waiting: SortedList<Transfer<Key>>
  /** Under way, waiting or not. */
  transfers: number
  grants: number
  /** Since it last had to go to the end. */
  bytes: number
  /** When its own bound lets it go on, while it is kept by that. */
  restsUntilMs: number | undefined
}

interface Transfer<Key> {
  readonly key: Key
  readonly host: Host<Key>
  readonly isUrgent: boolean
  turn: number
  /** Bytes of its last grant. */
  granted: number
  /** 0 while it does not wait. */
  wanted: number
  /** Counts up with everybody who begins to wait. */
  waitsSince: number
}

/** A machine goes from its firmware to its kernel, and that to its root file system, within that time. */
const REMEMBERED_MS = 5 * 60_000
const MAX_REMEMBERED = 10_000
/** No host needs that much: one that goes on reading goes behind those who wait for their first byte. */
const MAX_FIRST_BYTES = 16 * 1024 ** 3
/** Further ahead than any turn. */
const URGENT = 2 ** 50
/** What goes to those who would otherwise get nothing: so much each, all together at most this share of the budget. */
const TRICKLE = { bytesPerSecond: 16 * 1024, share: 0.05 }
/** A trickle comes in portions of this size, or smaller so that each gets one within this time. */
const PORTION = { least: 512, most: 16 * 1024, withinMs: 5000 }
/** Of the grants of one host this one goes to the transfer that waited longest. */
const PATIENT_GRANT = 20
/** How many that are bound otherwise are looked at for a trickle. */
const MAX_SKIPPED = 64

/**
 * One for all listeners that share a link. Costs of each call grow with the logarithm of the number of transfers; memory
 * is bounded by them and 10,000 hosts that are remembered.
 */
export function createPacer<Key>({ bytesPerSecond, hostBytesPerSecond, order }: Pacing): Pacer<Key> {
  const isInOrder = order === 'first'
  const link = createTokenBucket(bytesPerSecond)
  const transfers = new Map<Key, Transfer<Key>>()
  const hosts = new Map<string, Host<Key>>()
  /** Without a transfer, and since when; the longest first. */
  const idle = new Map<Host<Key>, number>()
  /** Hosts with waiting transfers: those that may go, and those kept by their own bound. */
  const ready = createSortedList<Host<Key>>(({ place }) => place ?? 0)
  const resting = createSortedList<Host<Key>>(({ restsUntilMs }) => restsUntilMs ?? 0)
  /** Waiting, the longest first. */
  const queue = new Set<Transfer<Key>>()
  let turns = 0
  let waits = 0
  /** Is getting its bytes ready. */
  let keptFor: Transfer<Key> | undefined
  let trickled = { credit: 0, atMs: Number.POSITIVE_INFINITY }

  return { begin, end, want, next, giveBack, waitMs }

  function begin(key: Key, name: string, nowMs: number, isUrgent = false): void {
    forget(nowMs)
    const host = hosts.get(name) ?? aHost(name)
    hosts.set(name, host)
    idle.delete(host)
    host.transfers += 1
    const transfer = { key, host, isUrgent: isUrgent && isInOrder, turn: ++turns }
    transfers.set(key, { ...transfer, granted: 0, wanted: 0, waitsSince: 0 })
  }

  function aHost(name: string): Host<Key> {
    return {
      name,
      turn: ++turns,
      bucket: createTokenBucket(hostBytesPerSecond),
      waiting: createSortedList(({ turn, isUrgent }) => (isUrgent ? turn - URGENT : turn)),
      ...{ place: undefined, isLate: false, transfers: 0, grants: 0, bytes: 0, restsUntilMs: undefined },
    }
  }

  function end(key: Key, nowMs: number): void {
    const transfer = transfers.get(key)
    if (!transfer) return
    transfers.delete(key)
    if (keptFor === transfer) keptFor = undefined
    stopWaiting(transfer)
    const { host } = transfer
    host.transfers -= 1
    if (host.transfers === 0) idle.set(host, nowMs)
    forget(nowMs)
  }

  function forget(nowMs: number): void {
    for (const [host, sinceMs] of idle) {
      if (idle.size <= MAX_REMEMBERED && nowMs - sinceMs < REMEMBERED_MS) break
      idle.delete(host)
      hosts.delete(host.name)
    }
  }

  function want(key: Key, bytes: number): void {
    const transfer = transfers.get(key)
    if (!transfer || bytes <= 0) return
    if (keptFor === transfer) keptFor = undefined
    const isWaiting = transfer.wanted > 0
    transfer.wanted = bytes
    if (isWaiting) return
    const { host } = transfer
    transfer.waitsSince = ++waits
    host.waiting.add(transfer)
    queue.add(transfer)
    line(host)
  }

  function stopWaiting(transfer: Transfer<Key>): void {
    const { host } = transfer
    if (transfer.wanted === 0) return
    transfer.wanted = 0
    queue.delete(transfer)
    host.waiting.remove(transfer)
    line(host)
  }

  /** Puts it in line where it belongs, as its transfers and its bound now are. */
  function line(host: Host<Key>): void {
    const first = host.waiting.first()
    if (!first && host.restsUntilMs !== undefined) {
      resting.remove(host)
      host.restsUntilMs = undefined
    }
    const isUrgent = first?.isUrgent && !host.isLate
    const place = isUrgent ? host.turn - URGENT : host.turn
    const wanted = first && host.restsUntilMs === undefined ? place : undefined
    if (wanted === host.place) return
    if (host.place !== undefined) ready.remove(host)
    host.place = wanted
    if (wanted !== undefined) ready.add(host)
  }

  function next(nowMs: number): Grant<Key> | undefined {
    wakeRested(nowMs)
    const free = link.available(nowMs)
    if (keptFor && free < link.burstBytes / 2) return undefined
    const forgotten = forgottenOne(free, nowMs)
    if (forgotten) return forgotten
    for (let host = ready.first(); host; host = ready.first()) {
      const transfer = nextOf(host)
      const enough = Math.min(transfer.wanted, link.quantumBytes)
      if (free < enough) return undefined
      const allowed = host.bucket.available(nowMs)
      if (allowed >= Math.min(enough, host.bucket.quantumBytes)) {
        const most = isInOrder ? transfer.wanted : enough
        return grant(transfer, Math.min(most, free, allowed))
      }
      rest(host, nowMs)
    }
    return undefined
  }

  function grant(transfer: Transfer<Key>, bytes: number): Grant<Key> {
    const { host } = transfer
    stopWaiting(transfer)
    transfer.granted = bytes
    link.take(bytes)
    host.bucket.take(bytes)
    host.grants += 1
    host.bytes += bytes
    if (!isInOrder) transfer.turn = ++turns
    if (!isInOrder || host.bytes > MAX_FIRST_BYTES) moveToEnd(host)
    return { key: transfer.key, bytes }
  }

  function moveToEnd(host: Host<Key>): void {
    host.turn = ++turns
    host.bytes = 0
    host.isLate = isInOrder
    line(host)
  }

  /** In order, but what its first transfer leaves over may not be all the others ever get. */
  function nextOf({ waiting, grants }: Host<Key>): Transfer<Key> {
    let chosen = waiting.first() as Transfer<Key>
    if (!isInOrder || waiting.size === 1 || (grants + 1) % PATIENT_GRANT !== 0) return chosen
    for (const one of waiting) if (one.waitsSince < chosen.waitsSince) chosen = one
    return chosen
  }

  /** Somebody far behind, to whom a little is due. */
  function forgottenOne(free: number, nowMs: number): Grant<Key> | undefined {
    if (!isInOrder || bytesPerSecond === undefined) return undefined
    const count = queue.size
    const rate = Math.min(TRICKLE.bytesPerSecond * count, bytesPerSecond * TRICKLE.share)
    const fair = Math.floor((rate * PORTION.withinMs) / 1000 / Math.max(1, count))
    const portion = Math.min(PORTION.most, link.quantumBytes, Math.max(PORTION.least, fair))
    const earned = (Math.max(0, nowMs - trickled.atMs) * rate) / 1000
    trickled = { credit: Math.min(portion * 2, trickled.credit + earned), atMs: nowMs }
    if (count < 2 || trickled.credit < portion || free < PORTION.least) return undefined
    let skipped = 0
    for (const transfer of queue) {
      const { host } = transfer
      // A whole portion may be more than its own bound ever lets through at once.
      const bytes = Math.min(portion, transfer.wanted, free, host.bucket.quantumBytes)
      if (host.restsUntilMs === undefined && host.bucket.available(nowMs) >= bytes) {
        trickled.credit -= bytes
        return grant(transfer, bytes)
      }
      if (++skipped > MAX_SKIPPED) return undefined
      queue.delete(transfer)
      queue.add(transfer)
    }
    return undefined
  }

  function rest(host: Host<Key>, nowMs: number): void {
    const { wanted } = nextOf(host)
    host.restsUntilMs = nowMs + host.bucket.waitMs(Math.min(wanted, host.bucket.quantumBytes), nowMs)
    resting.add(host)
    line(host)
  }

  function wakeRested(nowMs: number): void {
    for (let host = resting.first(); host && (host.restsUntilMs ?? 0) <= nowMs; host = resting.first()) {
      resting.remove(host)
      host.restsUntilMs = undefined
      line(host)
    }
  }

  function giveBack(key: Key, bytes: number): void {
    const transfer = transfers.get(key)
    if (!transfer) return
    link.giveBack(bytes)
    transfer.host.bucket.giveBack(bytes)
    transfer.host.bytes -= bytes
    transfer.granted -= bytes
    const isReadying = transfer.granted === 0 && isInOrder && bytesPerSecond !== undefined
    if (isReadying && transfer.host.turn <= (keptFor?.host.turn ?? Number.POSITIVE_INFINITY))
      keptFor = transfer
  }

  function waitMs(nowMs: number): number | undefined {
    const host = ready.first() ?? resting.first()
    if (!host) return undefined
    const wanted = keptFor ? link.burstBytes / 2 : Math.min(nextOf(host).wanted, link.quantumBytes)
    const forLink = link.waitMs(wanted, nowMs)
    const forHost = ready.size > 0 ? 0 : (host.restsUntilMs ?? 0) - nowMs
    // Whole milliseconds, as timers have them: a fraction too early would be a turn for nothing.
    return Math.max(1, Math.ceil(Math.max(forLink, forHost)))
  }
}
