import { Failure } from '../../domain/failure.ts'
import type { EdgeHostRecord } from '../../domain/palette-answer.ts'

/** Longest text taken over from an answer, in characters. */
const MAX_TEXT = 200

type Json = Readonly<Record<string, unknown>>

/**
 * The edge host of `GET /v1/edgehosts/{uid}` (Palette API, v1EdgeHostDevice). Only named fields are taken over: the
 * document also holds tokens. Failure `packet.malformed` when it is no edge host.
 */
export function decodeEdgeHost(bytes: Uint8Array): EdgeHostRecord {
  const document = decodeObject(bytes)
  const metadata = child(document, 'metadata')
  const status = child(document, 'status')
  const uid = text(metadata?.['uid'])
  if (!metadata || !uid) throw malformed('it holds no edge host (metadata.uid is missing)')
  const health = status && child(status, 'health')
  const name = text(metadata['name'])
  const message = text(health?.['message'])
  const createdAt = instant(metadata['creationTimestamp'])
  return {
    uid,
    state: text(status?.['state']) ?? '',
    health: text(health?.['state']) ?? '',
    ...(name ? { name } : {}),
    ...(message ? { healthMessage: message } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
  }
}

/** The name in `GET /v1/projects/{uid}` (Palette API, v1Project). Failure `packet.malformed` when it is no project. */
export function decodeProject(bytes: Uint8Array): { readonly name: string } {
  const metadata = child(decodeObject(bytes), 'metadata')
  const name = text(metadata?.['name']) ?? text(metadata?.['uid'])
  if (!name) throw malformed('it holds no project (metadata.name is missing)')
  return { name }
}

/** The code of an error body (Palette API, v1Error), or `undefined` for anything that is none. Never throws. */
export function decodeErrorCode(bytes: Uint8Array): string | undefined {
  try {
    const code = decodeObject(bytes)['code']
    return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

function decodeObject(bytes: Uint8Array): Json {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw malformed('it is no JSON', error)
  }
  if (!isObject(value)) throw malformed('it is no JSON object')
  return value
}

function child(parent: Json, name: string): Json | undefined {
  const value = parent[name]
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A short text fit for a terminal: one line, no control or formatting characters. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const clean = value
    .slice(0, MAX_TEXT * 2)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean
}

function instant(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined
  const at = Date.parse(value)
  return Number.isFinite(at) ? at : undefined
}

function malformed(why: string, cause?: unknown): Failure {
  return new Failure(
    'packet.malformed',
    `the answer is not one of Palette: ${why}; look at the endpoint and at what stands in front of it`,
    {},
    cause,
  )
}
