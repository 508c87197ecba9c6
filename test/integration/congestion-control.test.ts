import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { loadCongestionControl } from '../../src/adapters/sockets-linux/congestion-control.ts'
import type { CongestionControl } from '../../src/ports/congestion-control.ts'
import { descriptorOf } from '../../src/ports/descriptor.ts'
import { sendFreelyOnThisMachine } from '../../src/servers/http-boot/clients-on-this-machine.ts'

const SYSTEM = '/proc/sys/net/ipv4'
/** One that paces. */
const PACED = 'bbr'
const available = await readFile(`${SYSTEM}/tcp_available_congestion_control`, 'utf8')

async function aControl(): Promise<CongestionControl> {
  const control = await loadCongestionControl()
  if (!control) throw new Error('koffi has no build for this machine')
  return control
}

async function aListener(): Promise<{ readonly server: Server; readonly descriptor: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { server, descriptor: descriptorOf(server) ?? -1 }
}

/** The server's side of a new connection. */
async function connectionOf(server: Server): Promise<number> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
  })
  return descriptorOf(socket) ?? -1
}

test('a new listener has what the system usually takes', async () => {
  const [control, { descriptor }] = [await aControl(), await aListener()]
  const usual = (await readFile(`${SYSTEM}/tcp_congestion_control`, 'utf8')).trim()

  expect(control.of(descriptor)).toBe(usual)
})

test('what a listener is given its connections have from their beginning', async () => {
  const [control, { server, descriptor }] = [await aControl(), await aListener()]

  expect(control.set(descriptor, 'reno')).toBe(true)

  expect(control.of(await connectionOf(server))).toBe('reno')
})

test('an algorithm that the system does not know is refused, and so is what is no socket', async () => {
  const [control, { descriptor }] = [await aControl(), await aListener()]
  const before = control.of(descriptor)

  expect(control.set(descriptor, 'such-there-is-none')).toBe(false)
  expect(control.set(-1, 'reno')).toBe(false)

  expect(control.of(descriptor)).toBe(before)
  expect(control.of(-1)).toBeUndefined()
})

test.runIf(available.includes(PACED))(
  'a client on this machine is not paced, also where the system paces all others',
  async () => {
    const [control, { server, descriptor }] = [await aControl(), await aListener()]
    expect(control.set(descriptor, PACED)).toBe(true)

    sendFreelyOnThisMachine(server, control)

    const connection = await connectionOf(server)
    expect(control.of(connection)).toBe('reno')
    expect(control.set(connection, PACED)).toBe(true)
    expect(control.of(connection)).toBe(PACED)
  },
)
