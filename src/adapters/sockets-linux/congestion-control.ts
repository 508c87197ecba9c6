import type { CongestionControl } from '../../ports/congestion-control.ts'
import { loadCLibrary } from './c-library.ts'

/** tcp(7). */
const IPPROTO_TCP = 6
const TCP_CONGESTION = 13
/** TCP_CA_NAME_MAX of the kernel, with the zero at the end. */
const NAME_BYTES = 16

/** `undefined` where the system cannot be asked. */
export async function loadCongestionControl(): Promise<CongestionControl | undefined> {
  const loaded = await loadCLibrary()
  if (!loaded) return undefined
  const { library } = loaded
  const get = library.func('int getsockopt(int fd, int level, int name, void *value, void *length)')
  const set = library.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)')
  return {
    of(socket) {
      const name = Buffer.alloc(NAME_BYTES)
      const length = new Uint32Array([name.length])
      if (get(socket, IPPROTO_TCP, TCP_CONGESTION, name, length) !== 0) return undefined
      return name.toString('latin1').replace(/\0.*$/s, '')
    },
    set(socket, algorithm) {
      const name = Buffer.from(algorithm, 'latin1')
      return set(socket, IPPROTO_TCP, TCP_CONGESTION, name, name.length) === 0
    },
  }
}
