/** What a host says of itself. */
export interface PhoneHome {
  /** 1 to 64 characters of a-z, 0-9, dot, underscore, hyphen. */
  readonly stage: string
  /** At most 1024 characters, without control characters. */
  readonly detail: string
}

/** Reads `{"stage": "…", "detail": "…"}`; `detail` may be missing and is cut. Anything else is `undefined`. */
export function parsePhoneHome(body: Uint8Array): PhoneHome | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  const stage = fields.get('stage')
  const detail = fields.get('detail') ?? ''
  if ([...fields.keys()].some((name) => name !== 'stage' && name !== 'detail')) return undefined
  if (typeof stage !== 'string' || typeof detail !== 'string') return undefined
  if (!/^[a-z0-9._-]{1,64}$/.test(stage)) return undefined
  return { stage, detail: [...detail.replace(/\p{Cc}/gu, '')].slice(0, 1024).join('') }
}
