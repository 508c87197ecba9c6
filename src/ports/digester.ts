import type { Extent } from '../domain/installer.ts'
import type { BlobIdentity } from './blob-source.ts'

/** SHA-256 of byte ranges of a file, computed away from the event loop. */
export interface Digester extends AsyncDisposable {
  /** Lower-case hex over the extents joined. Failure `blob.changed` when the file is not the identified one. */
  sha256(identity: BlobIdentity, extents: readonly Extent[], signal: AbortSignal): Promise<string>
}
