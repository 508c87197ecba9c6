import { expect, test } from 'vitest'
import type { MacAddress } from '../../domain/mac-address.ts'
import { encodeMagicPacket } from './magic-packet.ts'

test('a magic packet is six bytes of ones and the address sixteen times', () => {
  const packet = Buffer.from(encodeMagicPacket('00:50:56:aa:bb:cc' as MacAddress))

  expect(packet.toString('hex')).toBe('ff'.repeat(6) + '005056aabbcc'.repeat(16))
})
