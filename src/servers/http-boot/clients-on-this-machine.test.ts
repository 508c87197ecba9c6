import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { CongestionControl } from '../../ports/congestion-control.ts'
import { descriptorOf } from '../../ports/descriptor.ts'
import { sendFreelyOnThisMachine } from './clients-on-this-machine.ts'

interface RecordingControl extends CongestionControl {
  readonly settings: readonly (readonly [socket: number, algorithm: string])[]
}

function aSystemWith(usual: string | undefined): RecordingControl {
  const settings: [number, string][] = []
  return {
    settings,
    of: () => usual,
    set(socket, algorithm) {
      settings.push([socket, algorithm])
      return true
    },
  }
}

async function aListener(): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return server
}

/** A connection of our server as far as anybody looks at it. */
function aConnection(descriptor: number, remoteAddress: string | undefined, localAddress: string): Socket {
  const handle = { fd: descriptor }
  return { remoteAddress, localAddress, _handle: handle, destroy: () => undefined } as unknown as Socket
}

test('where the system spreads over time what it sends, clients on this machine get it at once', async () => {
  const [server, system] = [await aListener(), aSystemWith('bbr')]

  sendFreelyOnThisMachine(server, system)
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(client, 'close')

  expect(system.settings).toEqual([[descriptorOf(server), 'reno']])
})

test.each([
  ['the loopback address', '::ffff:127.0.0.1', '::ffff:127.0.0.1'],
  ['another address of this machine', '192.0.2.1', '192.0.2.1'],
])('%s is this machine', async (_, remote, local) => {
  const [server, system] = [await aListener(), aSystemWith('bbr')]

  sendFreelyOnThisMachine(server, system)
  server.emit('connection', aConnection(77, remote, local))

  expect(system.settings).toHaveLength(1)
})

test.each([
  ['a client elsewhere', '192.0.2.7'],
  ['a client that is gone already', undefined],
])('%s is sent to as the system usually does', async (_, remote) => {
  const [server, system] = [await aListener(), aSystemWith('bbr')]

  sendFreelyOnThisMachine(server, system)
  server.emit('connection', aConnection(77, remote, '192.0.2.1'))

  expect(system.settings.at(-1)).toEqual([77, 'bbr'])
})

test.each(['cubic', 'reno', undefined])('with %s nothing is to be done', async (usual) => {
  const [server, system] = [await aListener(), aSystemWith(usual)]

  sendFreelyOnThisMachine(server, system)
  server.emit('connection', aConnection(77, '192.0.2.7', '192.0.2.1'))

  expect(system.settings).toEqual([])
})
