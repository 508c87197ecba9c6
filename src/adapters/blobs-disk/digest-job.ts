import type { Extent } from '../../domain/installer.ts'
import type { BlobIdentity } from '../../ports/blob-source.ts'

/** What the digester asks of its worker. */
export interface DigestJob {
  readonly id: number
  readonly identity: BlobIdentity
  readonly extents: readonly Extent[]
  /** One 32-bit integer in shared memory: 1 as soon as nobody wants the result any more. */
  readonly cancelled: SharedArrayBuffer
}

/** What the worker answers; failures travel as plain fields because classes do not survive the way. */
export type DigestReply =
  | { readonly id: number; readonly kind: 'digest'; readonly sha256: string }
  | { readonly id: number; readonly kind: 'cancelled' }
  | {
      readonly id: number
      readonly kind: 'failed'
      readonly code: 'blob.changed' | 'blob.not-found' | 'blob.unreadable'
      readonly message: string
    }
