import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { DISCOVERY, decodePxeVendorOptions, encodePxeVendorOptions } from './pxe-vendor-options.ts'

const text = (value: string): number[] => [...new TextEncoder().encode(value)]

describe('option 43 of PXE', () => {
  test('tells the client to take the boot file it was given', () => {
    expect(encodePxeVendorOptions({ discoveryControl: DISCOVERY.useBootFile })).toEqual(
      Uint8Array.of(6, 1, 8, 255),
    )
  })

  test('shows boot servers, menu, prompt and choice', () => {
    const value = Uint8Array.from([
      ...[6, 1, 7],
      ...[8, 18, 0, 1, 2, 10, 0, 0, 1, 10, 0, 0, 2, 0x80, 0, 1, 10, 0, 0, 3],
      ...[9, 16, 0, 0, 5, ...text('Local'), 0x80, 0, 5, ...text('Setup')],
      ...[10, 7, 255, ...text('Choose')],
      ...[71, 4, 0x80, 0, 0, 1],
      255,
    ])

    expect(decodePxeVendorOptions(value)).toEqual({
      discoveryControl: DISCOVERY.noBroadcast | DISCOVERY.noMulticast | DISCOVERY.onlyListedServers,
      bootServers: [
        { type: 1, addresses: ['10.0.0.1', '10.0.0.2'] },
        { type: 0x8000, addresses: ['10.0.0.3'] },
      ],
      bootMenu: [
        { type: 0, text: 'Local' },
        { type: 0x8000, text: 'Setup' },
      ],
      menuPrompt: { timeoutSeconds: 255, text: 'Choose' },
      bootItem: { type: 0x8000, layer: 1 },
    })
  })

  test('shows of a broken list what comes before', () => {
    expect(
      decodePxeVendorOptions(Uint8Array.of(8, 13, 0, 1, 1, 10, 0, 0, 1, 0, 2, 1, 10, 0, 0, 71, 1, 0, 10, 0)),
    ).toEqual({
      bootServers: [{ type: 1, addresses: ['10.0.0.1'] }],
    })
  })

  test('shows a boot server without addresses', () => {
    expect(decodePxeVendorOptions(Uint8Array.of(8, 3, 0, 1, 0))).toEqual({
      bootServers: [{ type: 1, addresses: [] }],
    })
  })

  property.prop([fc.uint8Array({ maxLength: 600 })])('of any content is read, never thrown at', (value) => {
    for (const { addresses } of decodePxeVendorOptions(value).bootServers ?? []) {
      expect(addresses.length).toBeLessThanOrEqual(63)
    }
  })
})
