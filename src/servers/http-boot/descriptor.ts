import type { Server, Socket } from 'node:net'

/**
 * The file descriptor of a listener or of a plain TCP connection; `undefined` when it is closed, and for a connection whose
 * bytes have to be encrypted.
 */
export function descriptorOf(socket: Server | Socket): number | undefined {
  if ('encrypted' in socket) return undefined
  // Node.js has no public name for it; whoever asks has to do without when it is missing.
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
