import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { IssuedPair } from '../../../src/adapters/tls-x509/issue.ts'

/** The lab's port, with TLS. It stays the same for as long as the lab is there. */
export interface LabListener extends AsyncDisposable {
  readonly port: number
  /** Cuts all connections; new ones are refused from then on. */
  stop(): Promise<void>
  start(): Promise<void>
}

export async function openLabListener(pair: IssuedPair, handle: RequestListener): Promise<LabListener> {
  const server = createServer({ key: pair.keyPem, cert: pair.certificatePem }, handle)
  // An installer takes long to upload, and connections are kept as a real server keeps them.
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  let port = 0

  async function start(): Promise<void> {
    if (server.listening) return
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }

  async function stop(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  await start()
  return {
    get port() {
      return port
    },
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
