import { Failure } from '../../domain/failure.ts'

/** What QEMU says over its machine protocol (QEMU, docs/interop/qmp-spec). */
export type QmpMessage =
  | { readonly kind: 'greeting'; readonly version: string }
  | { readonly kind: 'return'; readonly id: number | undefined; readonly value: unknown }
  | {
      readonly kind: 'error'
      readonly id: number | undefined
      readonly errorClass: string
      readonly description: string
    }
  | { readonly kind: 'event'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }

/** A longer line is no answer of QEMU's. Characters. */
const MAX_LINE = 4 * 1024 * 1024

/** Takes text as it comes from the socket and gives whole messages back. */
export interface QmpParser {
  /** Failure `packet.malformed` when a line is no QMP message or far too long. */
  push(text: string): readonly QmpMessage[]
}

export function createQmpParser(): QmpParser {
  let rest = ''
  return {
    push(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) throw malformed('a line without end')
      return lines
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map(decodeQmpMessage)
    },
  }
}

/** One line as a message. Failure `packet.malformed`. */
export function decodeQmpMessage(line: string): QmpMessage {
  const message = parseObject(line)
  const id = typeof message['id'] === 'number' ? message['id'] : undefined
  if ('return' in message) return { kind: 'return', id, value: message['return'] }
  if (typeof message['event'] === 'string') {
    return { kind: 'event', name: message['event'], data: asRecord(message['data']) }
  }
  if ('error' in message) {
    const error = asRecord(message['error'])
    return {
      kind: 'error',
      id,
      errorClass: String(error['class'] ?? ''),
      description: String(error['desc'] ?? ''),
    }
  }
  if ('QMP' in message) {
    const version = asRecord(asRecord(asRecord(message['QMP'])['version'])['qemu'])
    return { kind: 'greeting', version: [version['major'], version['minor'], version['micro']].join('.') }
  }
  throw malformed('a message of unknown kind')
}

/** A command as the line QEMU expects. */
export function encodeQmpCommand(name: string, id: number, args?: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ execute: name, id, ...(args ? { arguments: args } : {}) })}\r\n`
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw malformed('a line that is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('a line that is no object')
  return value as Readonly<Record<string, unknown>>
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function malformed(what: string): Failure {
  return new Failure('packet.malformed', `QEMU's machine protocol: received ${what}`)
}
