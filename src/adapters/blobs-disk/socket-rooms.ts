/** epoll(7), as far as it is needed here. Each throws nothing and answers -1 when the system refuses. */
export interface EpollCalls {
  create(): number
  control(epoll: number, operation: number, socket: number, event: Uint8Array): number
  /** How many events it wrote, without waiting for any. */
  look(epoll: number, events: Uint8Array, capacity: number): number
}

/** Which sockets take more bytes, asked for many of them together. */
export interface SocketRooms {
  /**
   * Calls back once when a third of the socket's buffer is free, a few milliseconds late. Returns what takes that back,
   * which has to be called when the socket is closed before. `undefined` when the system cannot tell of this one.
   */
  whenRoom(socket: number, tell: () => void): (() => void) | undefined
}

const EPOLL_CTL_ADD = 1
const EPOLL_CTL_MOD = 3
const EPOLLOUT = 0x4
/** Told of once, then no more until asked again. */
const EPOLLONESHOT = 0x4000_0000
/** The kernel packs the structure on x86-64 only: four bytes of events, then eight of data (epoll_event in epoll_ctl(2)). */
const [EVENT_BYTES, DATA_AT] = process.arch === 'x64' ? [12, 4] : [16, 8]
const EVENTS_AT_A_TIME = 256
/** Longer with more of them: each then has a smaller share of the line, and its buffer lasts longer. */
const LOOK_EVERY_MS = { least: 1, most: 8, socketsPerMs: 8 } as const

/** One look every few milliseconds costs less than being told of each socket by itself. `undefined` without epoll. */
export function createSocketRooms({ create, control, look }: EpollCalls): SocketRooms | undefined {
  const epoll = create()
  if (epoll < 0) return undefined
  const wish = new DataView(new ArrayBuffer(EVENT_BYTES))
  const wishBytes = new Uint8Array(wish.buffer)
  wish.setUint32(0, EPOLLOUT | EPOLLONESHOT, true)
  const found = new DataView(new ArrayBuffer(EVENT_BYTES * EVENTS_AT_A_TIME))
  const foundBytes = new Uint8Array(found.buffer)
  const waiting = new Map<number, () => void>()
  let isScheduled = false

  const schedule = (): void => {
    if (isScheduled || waiting.size === 0) return
    isScheduled = true
    const { least, most, socketsPerMs } = LOOK_EVERY_MS
    const afterMs = Math.min(most, Math.max(least, waiting.size / socketsPerMs))
    setTimeout(lookAround, afterMs).unref()
  }

  const lookAround = (): void => {
    isScheduled = false
    for (let more = true; more; ) {
      const count = look(epoll, foundBytes, EVENTS_AT_A_TIME)
      for (let index = 0; index < count; index += 1) {
        const socket = found.getInt32(index * EVENT_BYTES + DATA_AT, true)
        const tell = waiting.get(socket)
        waiting.delete(socket)
        tell?.()
      }
      more = count === EVENTS_AT_A_TIME
    }
    schedule()
  }

  return {
    whenRoom(socket, tell) {
      wish.setInt32(DATA_AT, socket, true)
      // Known from the piece before, mostly; a socket that was closed is forgotten by the kernel itself.
      const isKnown = control(epoll, EPOLL_CTL_MOD, socket, wishBytes) === 0
      if (!isKnown && control(epoll, EPOLL_CTL_ADD, socket, wishBytes) !== 0) return undefined
      waiting.set(socket, tell)
      schedule()
      return () => {
        // Its number may be that of another one by now.
        if (waiting.get(socket) === tell) waiting.delete(socket)
      }
    },
  }
}
