import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { openDhcpServer } from './dhcp-server.ts'

/** Another program on a port; `reuseAddr`: it lets others onto it. */
async function anotherOn(reuseAddr: boolean): Promise<{ readonly port: number } & Disposable> {
  const socket = createSocket({ type: 'udp4', reuseAddr }).bind(0, '0.0.0.0')
  await once(socket, 'listening')
  return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() }
}

const openOn = (port: number) =>
  openDhcpServer({
    desk: { consider: () => undefined },
    log: createSilentLog(),
    addresses: ['127.0.0.1'],
    port: 'dhcp',
    ports: { server: port, client: port },
    describePortHolder: async () => 'dnsmasq (pid 7)',
  })

test('a port that somebody holds for himself is in use, with who it is and what to do', async () => {
  using other = await anotherOn(false)
  await expect(openOn(other.port)).rejects.toMatchObject({
    code: 'port.in-use',
    message: expect.stringMatching(/ is in use by dnsmasq \(pid 7\): .*--dhcp pxe-only/),
  })
})

test('a port that somebody shares is opened, and who it is shared with is told', async () => {
  using other = await anotherOn(true)
  await using server = await openOn(other.port)
  expect(server.port).toBe(other.port)
  expect(server.sharedWith).toBe('dnsmasq (pid 7)')
})

test('a port of our own is shared with nobody', async () => {
  const { port } = await (async () => {
    using free = await anotherOn(false)
    return free
  })()
  await using server = await openOn(port)
  expect(server.sharedWith).toBeUndefined()
})
