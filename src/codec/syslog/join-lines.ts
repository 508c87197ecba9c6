import { kernelText } from './netconsole.ts'
import type { SyslogMessage } from './syslog-message.ts'

/** A message and where it came from. */
export interface Arrived {
  readonly address: string
  readonly message: SyslogMessage
}

/** Puts the pieces together in which a kernel sends long lines. Memory and time are bounded. */
export interface LineJoiner {
  /** What is whole now. `now` in milliseconds. */
  add(arrived: Arrived, now: number): readonly Arrived[]
  /** What has been waited for long enough, as far as it came. */
  expire(now: number): readonly Arrived[]
  /** How many lines wait for their rest. */
  waiting(): number
}

/** The pieces of a line follow one another at once; one that is lost does not come again. Milliseconds. */
const PATIENCE_MS = 2000
/** Lines that wait at a time; each is below 16 KiB. */
const MAX_WAITING = 256
/** A record of the kernel makes less than twenty; whoever sends more gets no more memory. */
const MAX_PIECES = 64
/** Longest line made of plain pieces, in characters. */
const MAX_LINE = 8192
/** What stands for pieces that did not come. */
const GAP = '…'

interface Waiting {
  readonly address: string
  readonly first: SyslogMessage
  readonly since: number
  /** Texts by where they begin. */
  readonly pieces: ReadonlyMap<number, string>
}

export function createLineJoiner(): LineJoiner {
  const lines = new Map<string, Waiting>()

  function takeOut(key: string): readonly Arrived[] {
    const line = lines.get(key)
    lines.delete(key)
    return line ? [{ address: line.address, message: joined(line) }] : []
  }

  function keep(key: string, line: Waiting): readonly Arrived[] {
    lines.set(key, line)
    const [oldest = ''] = lines.keys()
    return lines.size > MAX_WAITING ? takeOut(oldest) : []
  }

  function addFragment({ address, message }: Arrived, now: number): readonly Arrived[] {
    const { sequence = 0, offset = 0, total = 0 } = message.fragment ?? {}
    const key = `${address} ${sequence}`
    const before = lines.get(key)
    const pieces = new Map(before?.pieces).set(Math.min(offset, total), message.text.slice(0, total))
    const kept = keep(key, { address, first: before?.first ?? message, since: before?.since ?? now, pieces })
    const isWhole = pieces.size >= MAX_PIECES || lengthOf(pieces) >= total
    return isWhole ? [...kept, ...takeOut(key)] : kept
  }

  function addPlain({ address, message }: Arrived, now: number): readonly Arrived[] {
    const before = lines.get(address)
    const isRest = before !== undefined && message.app === undefined && message.facility === undefined
    const ended = before && !isRest ? takeOut(address) : []
    if (!isRest && !message.isContinued) return [...ended, { address, message }]
    const pieces = new Map(before && isRest ? before.pieces : [])
    const length = lengthOf(pieces)
    pieces.set(length, message.text.slice(0, MAX_LINE - length))
    const first = before && isRest ? before.first : message
    const kept = keep(address, { address, first, since: before?.since ?? now, pieces })
    const isWhole = !message.isContinued || lengthOf(pieces) >= MAX_LINE
    return [...ended, ...kept, ...(isWhole ? takeOut(address) : [])]
  }

  return {
    add: (arrived, now) => (arrived.message.fragment ? addFragment(arrived, now) : addPlain(arrived, now)),
    expire: (now) =>
      [...lines].filter(([, { since }]) => now - since >= PATIENCE_MS).flatMap(([key]) => takeOut(key)),
    waiting: () => lines.size,
  }
}

function lengthOf(pieces: ReadonlyMap<number, string>): number {
  return [...pieces.values()].reduce((sum, { length }) => sum + length, 0)
}

function joined({ first: { fragment, isContinued: _, ...about }, pieces }: Waiting): SyslogMessage {
  let text = ''
  let end = 0
  for (const [offset, piece] of [...pieces].sort(([one], [other]) => one - other)) {
    // What came twice is there once.
    if (offset + piece.length <= end && end > 0) continue
    text += `${offset > end ? GAP : ''}${piece.slice(Math.max(0, end - offset))}`
    end = offset + piece.length
  }
  if (fragment && end < fragment.total) text += GAP
  return { ...about, text: fragment ? kernelText(text) : text }
}
