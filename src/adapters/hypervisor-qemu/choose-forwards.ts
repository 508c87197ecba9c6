import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Forward } from './machine-directory.ts'

/** A free port of this machine's loopback for each port of the guest. */
export async function chooseForwards(ports: readonly number[]): Promise<readonly Forward[]> {
  const forwards: Forward[] = []
  for (const guest of ports) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address) forwards.push({ guest, host: address.port })
    server.close()
    await once(server, 'close')
  }
  return forwards
}
