/** What Palette says of one edge host; only what the product needs of it, bounded and printable. */
export interface EdgeHostRecord {
  readonly uid: string
  readonly name?: string
  /** `ready`, `unpaired` or `in-use`; empty when Palette says nothing. */
  readonly state: string
  /** `healthy` or `unhealthy`; empty when Palette says nothing. */
  readonly health: string
  readonly healthMessage?: string
  /** Epoch milliseconds. */
  readonly createdAt?: number
}

/** Why Palette gave no usable answer. */
export type PaletteTrouble =
  /** 401: the key is wrong, expired or disabled. */
  | 'unauthorized'
  /** 403: the key is right but may not see this. */
  | 'forbidden'
  /** 429. */
  | 'throttled'
  /** 5xx. */
  | 'failing'
  /** No connection, no name, no trust in its certificate. */
  | 'unreachable'
  | 'slow'
  /** Not what Palette answers, too large, a redirect, or a status that makes no sense. */
  | 'malformed'

export interface PaletteTroubleAnswer {
  readonly kind: 'trouble'
  readonly trouble: PaletteTrouble
  /** A sentence for people: what happened and what to do. Never holds the API key. */
  readonly detail: string
  /** How long Palette asked us to stay away. */
  readonly retryAfterMs?: number
}

export type EdgeHostAnswer =
  | { readonly kind: 'found'; readonly record: EdgeHostRecord }
  | { readonly kind: 'not-found' }
  | PaletteTroubleAnswer

export type ProjectAnswer =
  | { readonly kind: 'found'; readonly name: string }
  | { readonly kind: 'not-found' }
  | PaletteTroubleAnswer

/** How an edge host stands, and why in words. */
export interface EdgeHostVerdict {
  readonly found: boolean
  /** Registered, and paired: `ready`, or already part of a cluster (`in-use`). */
  readonly ready: boolean
  readonly healthy: boolean
  readonly reason: string
}

/** Turns an answer into a verdict; troubles are neither found nor healthy. */
export function judgeEdgeHost(answer: EdgeHostAnswer): EdgeHostVerdict {
  const nothing = { found: false, ready: false, healthy: false }
  switch (answer.kind) {
    case 'trouble':
      return { ...nothing, reason: answer.detail }
    case 'not-found':
      return { ...nothing, reason: 'Palette does not know it' }
    case 'found': {
      const { state, health, healthMessage } = answer.record
      const ready = state === 'ready' || state === 'in-use'
      const healthy = health === 'healthy'
      const says = healthMessage && !healthy ? ` (“${healthMessage}”)` : ''
      const reason = `Palette has it as ${state || 'without a state'} and ${health || 'without a health report'}${says}`
      return { found: true, ready, healthy, reason }
    }
  }
}
