import { decodeEnvelope } from '../../../src/codec/soap/envelope.ts'
import { childOf, type XmlElement } from '../../../src/codec/soap/xml-element.ts'
import { type ManagedObject, readReference } from '../../../src/codec/vim25/reference.ts'
import type { Answer } from './answer.ts'

/** A call as it came in. */
export interface LabRequest {
  readonly method: string
  readonly target: ManagedObject
  /** The method's element with its arguments. */
  readonly body: XmlElement
  /** The request as it was sent. */
  readonly text: string
  /** Session cookie, also one that is no longer good; past the session step only a good one. */
  readonly session: string | undefined
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

/** Answers a call. */
export type Handler = (request: LabRequest) => Promise<Answer>

/** Answers a call itself, or hands it on and may change what comes of it. */
export type Step = (request: LabRequest, next: Handler) => Promise<Answer>

/** All steps one inside the other, the first outermost. */
export function compose(steps: readonly Step[], innermost: Handler): Handler {
  return steps.reduceRight<Handler>((next, step) => (request) => step(request, next), innermost)
}

/** Method, object and arguments of a request. Failure `packet.malformed`. */
export function readLabRequest(text: string): Pick<LabRequest, 'method' | 'target' | 'body' | 'text'> {
  const decoded = decodeEnvelope(text)
  if (decoded.kind === 'fault') throw new Error('a fault is no request')
  const target = readReference(childOf(decoded.body, '_this')) ?? { type: '', id: '' }
  return { method: decoded.body.name, target, body: decoded.body, text }
}
