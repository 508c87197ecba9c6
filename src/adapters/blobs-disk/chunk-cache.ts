/** Reads one chunk; called at most once at a time per key. */
type LoadChunk = () => Promise<Uint8Array>

/** Chunks lately read, shared by all readers. */
export interface ChunkCache {
  /** The chunk if it is at hand, which makes it the youngest. */
  peek(key: string): Uint8Array | undefined
  /** The chunk, read now unless it is at hand or somebody else is reading it already. */
  get(key: string, load: LoadChunk): Promise<Uint8Array>
  /** True when the chunk is at hand or being read. */
  has(key: string): boolean
}

/**
 * Keeps the chunks used last up to `capacityBytes`. At most `parallelReads` run at a time and only those hold
 * memory: a thousand hosts that begin at once wait in line instead of allocating a thousand chunks.
 */
export function createChunkCache(capacityBytes: number, parallelReads: number): ChunkCache {
  const chunks = new Map<string, Uint8Array>()
  const loading = new Map<string, Promise<Uint8Array>>()
  const waiting: (() => void)[] = []
  let heldBytes = 0
  let running = 0

  const enter = (): Promise<void> | undefined => {
    if (running < parallelReads) {
      running++
      return undefined
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  const keep = (key: string, chunk: Uint8Array): void => {
    chunks.set(key, chunk)
    heldBytes += chunk.byteLength
    for (const [oldest, { byteLength }] of chunks) {
      if (heldBytes <= capacityBytes) break
      chunks.delete(oldest)
      heldBytes -= byteLength
    }
  }

  const loadInTurn = async (key: string, load: LoadChunk): Promise<Uint8Array> => {
    await enter()
    try {
      const chunk = await load()
      keep(key, chunk)
      return chunk
    } finally {
      loading.delete(key)
      leave()
    }
  }

  const peek = (key: string): Uint8Array | undefined => {
    const chunk = chunks.get(key)
    if (chunk) {
      chunks.delete(key)
      chunks.set(key, chunk)
    }
    return chunk
  }

  return {
    peek,
    has: (key) => chunks.has(key) || loading.has(key),
    async get(key, load) {
      const chunk = peek(key)
      if (chunk) return chunk
      const underWay = loading.get(key)
      if (underWay !== undefined) return underWay
      const loaded = loadInTurn(key, load)
      loading.set(key, loaded)
      return loaded
    },
  }
}
