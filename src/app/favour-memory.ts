import { setFlagsFromString } from 'node:v8'

/**
 * Has the space for old objects collected whenever it has grown by this much. V8 would let it become several times as large
 * where objects come and go quickly, and requests that last as long as a download all end up there. To be called when the
 * state was read, during which it would only cost time.
 */
export function boundOldSpace(): void {
  setFlagsFromString('--heap-growing-percent=40')
}
