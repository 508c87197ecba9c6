import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { datagramDescriptorOf, descriptorOf } from './descriptor.ts'

test('a listener has one until it is closed', async () => {
  const server = createServer()
  expect(descriptorOf(server)).toBeUndefined()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  expect(descriptorOf(server)).toBeGreaterThan(2)
  server.close()
  expect(descriptorOf(server)).toBeUndefined()
})

test('a UDP socket has one from when it is bound until it is closed', async () => {
  const socket = createSocket('udp4')
  const descriptor = datagramDescriptorOf(socket)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')

  expect(descriptor()).toBeGreaterThan(2)
  socket.close()
  expect(descriptor()).toBeUndefined()
})

test('none is told of a connection that encrypts, and of what is no socket', () => {
  expect(descriptorOf(Object.assign(Object.create(TLSSocket.prototype), { encrypted: true }))).toBeUndefined()
  expect(descriptorOf({})).toBeUndefined()
  expect(datagramDescriptorOf({})()).toBeUndefined()
})
