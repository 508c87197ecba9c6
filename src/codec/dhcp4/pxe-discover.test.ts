import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import type { MacAddress } from '../../domain/mac-address.ts'
import type { Uuid } from '../../domain/uuid.ts'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from './message.ts'
import { readNetbootClient } from './netboot-client.ts'
import { addressOption, messageType, messageTypeOption, OPTION, textOption } from './options.ts'
import { pxeDiscover } from './pxe-discover.ts'
import { readOffer } from './read-offer.ts'

const MAC = '52:54:00:12:34:56' as MacAddress
const UUID = '9f2c4f14-7a1b-4c3d-8e5f-0123456789ab' as Uuid
const DISCOVER = pxeDiscover({
  mac: MAC,
  transactionId: 0xdeadbeef,
  clientId: 'edgeboot-doctor-1',
  uuid: UUID,
})

describe('the question', () => {
  test('is one of firmware, as servers read it', () => {
    const message = decodeDhcp(encodeDhcp(DISCOVER))

    expect(message).toEqual(DISCOVER)
    expect(messageType(message)).toBe('discover')
    expect(message.broadcast).toBe(true)
    expect(readNetbootClient(message)).toMatchObject({
      ...{ mac: MAC, uuid: UUID, kind: 'pxe', architectureCodes: [7], networkInterface: '1.3.16' },
      vendorClass: 'PXEClient:Arch:00007:UNDI:003016',
    })
  })
})

describe('an offer', () => {
  const offer = (
    given: Partial<DhcpMessage>,
    options: readonly [number, Uint8Array][] = [],
  ): DhcpMessage => ({
    ...DISCOVER,
    op: 'reply',
    ...given,
    options: new Map([[OPTION.messageType, messageTypeOption('offer')], ...options]),
  })

  test('of a DHCP server with a file in the header', () => {
    const options: [number, Uint8Array][] = [[OPTION.serverIdentifier, addressOption('10.77.0.2')]]
    const message = offer(
      { yourAddress: '10.77.0.100', serverAddress: '10.77.0.9', bootFile: 'undionly.kpxe' },
      options,
    )

    expect(readOffer(message, '10.77.0.3')).toEqual({
      ...{ server: '10.77.0.2', offered: '10.77.0.100', nextServer: '10.77.0.9', bootFile: 'undionly.kpxe' },
      isForPxe: false,
    })
  })

  test('of a proxy, whose options go before the header', () => {
    const message = offer({ serverAddress: '10.77.0.9', bootFile: 'header' }, [
      [OPTION.vendorClass, textOption('PXEClient')],
      [OPTION.tftpServerName, textOption('boot.example')],
      [OPTION.bootFileName, textOption('option\0')],
    ])

    expect(readOffer(message, '10.77.0.3')).toEqual({
      ...{ server: '10.77.0.3', nextServer: 'boot.example', bootFile: 'option', isForPxe: true },
    })
  })

  test('is no other message', () => {
    expect(readOffer(DISCOVER, '10.77.0.3')).toBeUndefined()
    expect(readOffer({ ...offer({}), options: new Map() }, '10.77.0.3')).toBeUndefined()
    const ack = new Map([[OPTION.messageType, messageTypeOption('ack')]])
    expect(readOffer({ ...offer({}), options: ack }, '10.77.0.3')).toBeUndefined()
  })

  test('shows nothing that a terminal would obey, and no long text', () => {
    const message = offer({}, [[OPTION.bootFileName, textOption(`\u001b[2J${'x'.repeat(300)}`)]])

    const { bootFile = '' } = readOffer(message, '10.77.0.3') ?? {}

    expect(bootFile).toHaveLength(128)
    expect(bootFile.startsWith('?[2J')).toBe(true)
  })

  property.prop([fc.uint8Array({ maxLength: 400 })])('of random bytes is read or none', (random) => {
    try {
      const header = encodeDhcp(offer({})).subarray(0, 243)
      const read = readOffer(decodeDhcp(Uint8Array.from([...header, ...random])), '192.0.2.1')
      for (const text of Object.values(read ?? {})) expect(String(text).length).toBeLessThanOrEqual(128)
    } catch (error) {
      expect(isFailure(error, 'packet.malformed'), String(error)).toBe(true)
    }
  })
})
