import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** How many of a thousand packets are lost, come twice, or come late. */
export interface Trouble {
  readonly lost: number
  readonly twice: number
  readonly late: number
}

/** A network between clients and one UDP server on loopback that goes wrong by a seeded random. */
export interface LossyProxy extends AsyncDisposable {
  readonly port: number
  /** What went wrong so far. */
  readonly counts: {
    readonly lost: number
    readonly twice: number
    readonly late: number
    readonly carried: number
  }
}

/** A packet that is late comes after this many others of its direction, or after a while if there are none. */
const BEHIND = 3
const LATE_MS = 20

interface Line {
  readonly push: (bytes: Buffer) => void
}

export async function openLossyProxy(
  serverPort: number,
  trouble: Trouble,
  seed: number,
): Promise<LossyProxy> {
  const counts = { lost: 0, twice: 0, late: 0, carried: 0 }
  const random = seededRandom(seed)
  const upstreams = new Map<string, { readonly socket: Socket; readonly line: Line }>()
  const front = createSocket('udp4')
  const timers = new Set<NodeJS.Timeout>()
  let isClosed = false

  /** One direction of one client. */
  function openLine(send: (bytes: Buffer) => void): Line {
    const waiting: { behind: number; readonly bytes: Buffer }[] = []
    function release(isDue: (one: { behind: number }) => boolean): void {
      for (const one of waiting.filter(isDue)) {
        waiting.splice(waiting.indexOf(one), 1)
        if (!isClosed) send(one.bytes)
      }
    }
    return {
      push(bytes) {
        counts.carried += 1
        const draw = random() * 1000
        if (draw < trouble.lost) {
          counts.lost += 1
        } else if (draw < trouble.lost + trouble.late) {
          counts.late += 1
          const one = { behind: BEHIND, bytes }
          waiting.push(one)
          const timer = setTimeout(() => {
            timers.delete(timer)
            release((other) => other === one)
          }, LATE_MS)
          timers.add(timer)
          return
        } else {
          send(bytes)
          if (draw > 1000 - trouble.twice) {
            counts.twice += 1
            send(bytes)
          }
        }
        for (const one of waiting) one.behind -= 1
        release(({ behind }) => behind <= 0)
      },
    }
  }

  function upstreamFor(address: string, port: number): Line {
    const key = `${address} ${port}`
    const known = upstreams.get(key)
    if (known) return known.line
    const socket = createSocket('udp4')
    const back = openLine((bytes) => front.send(bytes, port, address))
    socket.on('message', (bytes) => back.push(bytes))
    socket.bind(0, '127.0.0.1')
    const line = openLine((bytes) => socket.send(bytes, serverPort, '127.0.0.1'))
    upstreams.set(key, { socket, line })
    return line
  }

  front.on('message', (bytes, { address, port }) => upstreamFor(address, port).push(bytes))
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  return {
    port: front.address().port,
    counts,
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const timer of timers) clearTimeout(timer)
      front.close()
      for (const { socket } of upstreams.values()) socket.close()
    },
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (a linear congruential generator). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
