import { expect, test } from 'vitest'
import { openUdpClient } from '../../../test/support/udp-client.ts'
import type { TftpPacket } from '../../codec/tftp/packet.ts'
import { openEndpoint } from './endpoint.ts'
import { createPeer } from './peer.ts'

const blockOf = (block: number, length: number): TftpPacket => ({
  type: 'data',
  block,
  bytes: Buffer.alloc(length, block),
})

test('blocks arrive as they are, whatever was sent before them and however soon', async () => {
  using client = await openUdpClient()
  const { endpoint, bound } = openEndpoint({
    host: '127.0.0.1',
    port: 0,
    hear: () => undefined,
    fail: (error) => expect.unreachable(error.message),
  })
  const to = createPeer('127.0.0.1', client.port)
  const early = [blockOf(1, 512), blockOf(2, 512)]
  const late = [
    blockOf(3, 512),
    blockOf(4, 512),
    blockOf(5, 8),
    blockOf(6, 1468),
    blockOf(7, 1468),
    blockOf(8, 0),
  ]

  for (const packet of early) endpoint.send(packet, to)
  await bound
  for (const packet of late) endpoint.send(packet, to)

  for (const packet of [...early, ...late]) expect((await client.receive()).packet).toEqual(packet)
  endpoint.close()
})
