/**
 * The file descriptor of a TCP socket of Node.js, by which ports name it: of a listener, or of a plain connection. `undefined`
 * when it is closed, and for a connection whose bytes have to be encrypted.
 */
export function descriptorOf(socket: object): number | undefined {
  if ('encrypted' in socket) return undefined
  // Node.js has no public name for it; whoever asks has to do without when it is missing.
  return fileOf((socket as { readonly _handle?: unknown })._handle)
}

/** What Node.js has no public names for of a UDP socket. */
export interface DatagramHandle {
  /** Each time as it is then: there is none before the socket is bound, and after it is closed. */
  descriptor(): number | undefined
  /** From now on Node.js reads none of its datagrams. False when it cannot be told. */
  pause(): boolean
  resume(): void
}

interface UdpHandle {
  readonly fd?: unknown
  recvStart?(): number
  recvStop?(): number
}

export function datagramHandleOf(socket: object): DatagramHandle {
  // The name that TCP sockets have for it is deprecated here, and warns.
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')
  const state = key && (socket as { readonly [key: symbol]: unknown })[key]
  const handle = (): UdpHandle | null | undefined =>
    (state as { readonly handle?: UdpHandle | null } | undefined)?.handle
  return {
    descriptor: () => fileOf(handle()),
    pause() {
      const known = handle()
      return known?.recvStart !== undefined && known.recvStop?.() === 0
    },
    resume: () => void handle()?.recvStart?.(),
  }
}

function fileOf(handle: unknown): number | undefined {
  const fd = (handle as { readonly fd?: unknown } | null | undefined)?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}
