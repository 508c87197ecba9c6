import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { describePortHolder } from './port-holder.ts'

const us = expect.stringContaining(`(pid ${process.pid})`)

test('who waits on a UDP port is named', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const holder = await describePortHolder(port, 'udp')
  socket.close()

  expect(holder).toEqual(us)
})

test('who listens on a TCP port is named', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const holder = await describePortHolder(port)
  server.close()

  expect(holder).toEqual(us)
})
