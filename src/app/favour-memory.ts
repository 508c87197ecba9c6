import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the space for new objects as small as it is now. Left alone V8 doubles it with every burst of work, as it goes by how
 * much memory the machine has: a server of a large fleet then takes 60 to 100 MiB more, and each of its rare collections holds
 * requests up for 10 to 30 ms, where many small ones take less than one. To be called when the code is loaded and before the
 * work begins. As an option of the process the same flag does nothing (Node.js 24).
 */
export function boundNewSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Has the space for old objects collected whenever it has grown by this much. V8 would let it become several times as large
 * where objects come and go quickly, and requests that last as long as a download all end up there. To be called when the
 * state was read, during which it would only cost time.
 */
export function boundOldSpace(): void {
  setFlagsFromString('--heap-growing-percent=40')
}
