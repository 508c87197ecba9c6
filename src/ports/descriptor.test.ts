import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { datagramHandleOf, descriptorOf } from './descriptor.ts'

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
  const handle = datagramHandleOf(socket)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')

  expect(handle.descriptor()).toBeGreaterThan(2)
  socket.close()
  expect(handle.descriptor()).toBeUndefined()
  expect(handle.pause()).toBe(false)
})

test('a UDP socket that is paused has its datagrams read only when it is resumed', async () => {
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  const handle = datagramHandleOf(socket)
  const heard: string[] = []
  socket.on('message', (bytes) => heard.push(String(bytes)))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const say = (text: string): void => socket.send(text, socket.address().port, '127.0.0.1')

  say('before')
  await once(socket, 'message')
  expect(handle.pause()).toBe(true)
  say('meanwhile')
  for (let round = 0; round < 5; round += 1) await setImmediate()
  expect(heard).toEqual(['before'])
  handle.resume()
  await once(socket, 'message')

  expect(heard).toEqual(['before', 'meanwhile'])
})

test('none is told of a connection that encrypts, and of what is no socket', () => {
  expect(descriptorOf(Object.assign(Object.create(TLSSocket.prototype), { encrypted: true }))).toBeUndefined()
  expect(descriptorOf({})).toBeUndefined()
  expect(datagramHandleOf({}).descriptor()).toBeUndefined()
  expect(datagramHandleOf({}).pause()).toBe(false)
})
