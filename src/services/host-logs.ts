import type { SyslogMessage } from '../codec/syslog/syslog-message.ts'
import { isLoopback } from '../domain/plain-address.ts'
import { maskSecretsInPieces } from '../domain/secret-text.ts'
import type { Clock } from '../ports/clock.ts'
import type { HostLogStore } from '../ports/host-log-store.ts'
import type { Log } from '../ports/log.ts'
import { indexHostAddresses } from './host-addresses.ts'
import type { HostBook } from './host-book.ts'

/** Gives what machines say over the network to the hosts they are. */
export interface HostLogs extends Disposable {
  /** Neither throws nor waits. */
  receive(message: SyslogMessage, from: { readonly address: string }): void
}

export interface HostLogsDependencies {
  readonly book: HostBook
  readonly store: HostLogStore
  readonly clock: Clock
  readonly log: Log
}

/** Kept of a machine that is no host, or not yet: iPXE speaks before it asks for its script. */
const HELD = { lines: 200, addresses: 1000, forMs: 10 * 60_000 } as const
/** The same in characters, of one address and of all. */
const HELD_LENGTH = { each: 64 * 1024, all: 8 * 1024 * 1024 } as const
/** Of several hosts at one address only those count that were heard from in this time: others gave it up. */
const RECENT_MS = 24 * 3_600_000
/** More lines than that in one datagram are none of a kernel or firmware. */
const MAX_LINES = 100

interface HeldLine {
  readonly at: number
  readonly line: string
}

interface HeldLines {
  readonly lines: readonly HeldLine[]
  readonly length: number
}

/**
 * By source address: what comes from an address at which exactly one host is, is that host's. Of several, the message
 * is for the one it names itself, or for the only one heard from lately; otherwise for none.
 */
export function openHostLogs({ book, store, clock, log }: HostLogsDependencies): HostLogs {
  const addresses = indexHostAddresses(book)
  const held = new Map<string, HeldLines>()
  let heldLength = 0

  function hostAt(address: string, named: string | undefined): string | undefined {
    const there = addresses.at(address)
    if (there.length <= 1) return there[0]
    const name = named?.split('.', 1)[0]
    if (name !== undefined && there.includes(name)) return name
    // Behind the loopback address are the machines of a hypervisor, all at once.
    if (isLoopback(address)) return undefined
    const [only, ...others] = there.filter((host) => isRecent(host))
    return others.length === 0 ? only : undefined
  }

  function isRecent(host: string): boolean {
    const seen = book.state(host)?.life.lastSeen
    return seen !== undefined && clock.now() - seen < RECENT_MS
  }

  function hold(address: string, texts: readonly string[]): void {
    const at = clock.now()
    const before = takeHeld(address, at)
    const lines = [...before, ...texts.map((line) => ({ at, line }))].slice(-HELD.lines)
    let length = lengthOf(lines)
    while (length > HELD_LENGTH.each) length -= lines.shift()?.line.length ?? length
    held.set(address, { lines, length })
    heldLength += length
    // Who spoke longest ago comes first.
    for (const [other, { lines: waiting }] of held) {
      const isWithin = held.size <= HELD.addresses && heldLength <= HELD_LENGTH.all
      if (isWithin && at - (waiting.at(-1)?.at ?? 0) < HELD.forMs) break
      takeHeld(other, at)
    }
  }

  /** What is not too old of it. */
  function takeHeld(address: string, now: number): readonly HeldLine[] {
    const { lines, length } = held.get(address) ?? { lines: [], length: 0 }
    held.delete(address)
    heldLength -= length
    return lines.filter(({ at }) => now - at < HELD.forMs)
  }

  function giveHeld(address: string): void {
    const host = held.has(address) ? hostAt(address, undefined) : undefined
    if (host === undefined) return
    store.append(
      host,
      takeHeld(address, clock.now()).map(({ line }) => line),
    )
  }

  const ends = [
    book.subscribe(({ host }, { life }) => {
      addresses.learn(host, life)
      for (const address of addresses.of(host)) giveHeld(address)
    }),
    book.onRemoved((host) => {
      addresses.forget(host)
      store.remove(host).catch((error: unknown) => log.error({ err: error, host }, 'a host log stays'))
    }),
  ]
  return {
    receive: (message, { address }) => {
      const lines = linesOf(message, clock.now())
      if (lines.length === 0) return
      const host = hostAt(address, message.hostname)
      if (host !== undefined) return store.append(host, lines)
      if (addresses.at(address).length === 0) return hold(address, lines)
      log.debug({ address }, 'a syslog message fits several hosts')
    },
    [Symbol.dispose]: () => {
      for (const end of ends) end()
    },
  }
}

function lengthOf(lines: readonly HeldLine[]): number {
  return lines.reduce((sum, { line }) => sum + line.length, 0)
}

/** `TIME SOURCE TEXT`. The time is ours: clocks of machines that are not installed yet are not to be relied on. */
function linesOf({ app, text }: SyslogMessage, now: number): readonly string[] {
  const source = (app ?? '').replaceAll(/[^A-Za-z0-9_.@/-]/g, '').slice(0, 48) || '-'
  const start = `${new Date(now).toISOString()} ${source}`
  const lines = maskSecretsInPieces(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines.slice(0, MAX_LINES).map((line) => `${start} ${line}`)
}
