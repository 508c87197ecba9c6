import { constants } from 'node:os'
import { createSocketRooms, type EpollCalls, type SocketRooms } from './socket-rooms.ts'

const { EAGAIN } = constants.errno

/** RWF_NOWAIT of preadv2(2): only what is in memory. */
const RWF_NOWAIT = 8

const HALF = 2 ** 32

/** Programs that this process starts do not get it. */
const EPOLL_CLOEXEC = 0o2000000

/** What Linux can do with open files that Node.js has no functions for. Nothing here waits, unless a disk has to be read. */
export interface SystemCalls {
  /**
   * sendfile(2): from the file's pages into the socket, without a copy in this process. Bytes taken, fewer than asked
   * for when the socket is full, 0 at the end of the file, and `undefined` when the socket takes none just now. Throws
   * an error with the `code` of the system.
   */
  sendFile(socket: number, file: number, offsetBytes: number, lengthBytes: number): number | undefined
  /** True when the byte is in memory; false when not, or when the file system cannot tell. */
  isInMemory(file: number, offsetBytes: number): boolean
  readonly rooms: SocketRooms | undefined
}

let loaded: Promise<SystemCalls | undefined> | undefined

/** `undefined` where there is no such system, or no build of koffi for it. */
export function loadSystemCalls(): Promise<SystemCalls | undefined> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<SystemCalls | undefined> {
  // Elsewhere these calls are missing, or take offsets of 32 bits.
  if (process.platform !== 'linux' || !['x64', 'arm64', 'riscv64'].includes(process.arch)) return undefined
  try {
    const { default: koffi } = await import('koffi')
    // The C library that this process runs with, whichever it is.
    const library = koffi.load(null)
    const { errno, address: addressOf } = koffi
    const sendfile = library.func('int64_t sendfile(int out, int in, void *offset, size_t count)')
    const preadv2 = library.func('int64_t preadv2(int fd, void *iov, int count, int64_t offset, int flags)')
    const create1 = library.func('int epoll_create1(int flags)')
    const control = library.func('int epoll_ctl(int epoll, int operation, int fd, void *event)')
    const wait = library.func('int epoll_wait(int epoll, void *events, int capacity, int timeoutMs)')
    const epoll: EpollCalls = {
      create: () => create1(EPOLL_CLOEXEC),
      control,
      look: (instance, events, capacity) => wait(instance, events, capacity, 0),
    }
    return bindCalls({ sendfile, preadv2, errno, addressOf, rooms: createSocketRooms(epoll) })
  } catch {
    return undefined
  }
}

interface Library {
  readonly sendfile: (out: number, from: number, offset: Uint32Array, count: number) => number
  readonly preadv2: (file: number, iov: BigUint64Array, count: number, at: number, flags: number) => number
  readonly errno: () => number
  readonly addressOf: (of: ArrayBuffer) => bigint
  readonly rooms: SocketRooms | undefined
}

function bindCalls({ sendfile, preadv2, errno, addressOf, rooms }: Library): SystemCalls {
  /** off_t, in halves: a BigInt would be made anew for each call. Linux on these processors is little-endian. */
  const offset = new Uint32Array(2)
  const oneByte = new ArrayBuffer(1)
  /** struct iovec: where to, and how many. */
  const iov = new BigUint64Array([addressOf(oneByte), 1n])
  return {
    rooms,
    sendFile(socket, file, offsetBytes, lengthBytes) {
      offset[0] = offsetBytes % HALF
      offset[1] = Math.floor(offsetBytes / HALF)
      const sent = Number(sendfile(socket, file, offset, lengthBytes))
      if (sent >= 0) return sent
      const code = errno()
      if (code === EAGAIN) return undefined
      throw Object.assign(new Error('sendfile failed'), { code: nameOf(code), errno: code })
    },
    // The buffer is named so that it lives as long as its address is used.
    isInMemory: (file, offsetBytes) =>
      oneByte.byteLength === 1 && Number(preadv2(file, iov, 1, offsetBytes, RWF_NOWAIT)) === 1,
  }
}

function nameOf(errno: number): string {
  const found = Object.entries(constants.errno).find(([, value]) => value === errno)
  return found?.[0] ?? `errno ${errno}`
}
