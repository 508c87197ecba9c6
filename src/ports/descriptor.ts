/**
 * The file descriptor of a TCP socket of Node.js, by which ports name it: of a listener, or of a plain connection. `undefined`
 * when it is closed, and for a connection whose bytes have to be encrypted.
 */
export function descriptorOf(socket: object): number | undefined {
  if ('encrypted' in socket) return undefined
  // Node.js has no public name for it; whoever asks has to do without when it is missing.
  return fileOf((socket as { readonly _handle?: unknown })._handle)
}

/** What tells that of a UDP socket, each time as it is then: there is none before the socket is bound. */
export function datagramDescriptorOf(socket: object): () => number | undefined {
  // The name that TCP sockets have for it is deprecated here, and warns.
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')
  const state = key && (socket as { readonly [key: symbol]: unknown })[key]
  return () => fileOf((state as { readonly handle?: unknown } | undefined)?.handle)
}

function fileOf(handle: unknown): number | undefined {
  const fd = (handle as { readonly fd?: unknown } | null | undefined)?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}
