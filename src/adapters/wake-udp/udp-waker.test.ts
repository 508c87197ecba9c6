import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { MacAddress } from '../../domain/mac-address.ts'
import { createUdpWaker } from './udp-waker.ts'

const MAC = '00:50:56:aa:bb:cc' as MacAddress
const never = new AbortController().signal
const LOOPBACK = { address: '127.0.0.1', netmask: '255.0.0.0' }

describe('waking by broadcast', () => {
  test('every network is called, also when one refuses', async () => {
    const card = createSocket('udp4').bind(0)
    await once(card, 'listening')
    try {
      const heard = once(card, 'message')
      const elsewhere = { address: '192.0.2.1', netmask: '255.255.255.0' }
      const waker = createUdpWaker({ networks: () => [elsewhere, LOOPBACK], port: card.address().port })

      expect(await waker.wake(MAC, never)).toEqual(['127.255.255.255'])

      const [packet] = await heard
      expect(packet.toString('hex')).toBe('ff'.repeat(6) + '005056aabbcc'.repeat(16))
    } finally {
      card.close()
    }
  })

  test('where nothing was sent, that is said with the reason', async () => {
    const elsewhere = createUdpWaker({ networks: () => [{ address: '192.0.2.1', netmask: '255.255.255.0' }] })
    const nowhere = createUdpWaker({ networks: () => [] })

    await expect(elsewhere.wake(MAC, never)).rejects.toMatchObject({
      code: 'wake.unsent',
      message: expect.stringMatching(/00:50:56:aa:bb:cc: 192\.0\.2\.1: .*EADDRNOTAVAIL/),
    })
    await expect(nowhere.wake(MAC, never)).rejects.toThrow('no IPv4 network')
  })
})
