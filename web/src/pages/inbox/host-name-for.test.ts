import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { HostName } from '../../../../src/contract/common.ts'
import { hostNameFor } from './host-name-for.ts'

describe('a name proposed for an unknown machine', () => {
  test.each([
    [{ product: 'PowerEdge XR4000', mac: '52:54:00:AA:bb:cc' }, 'poweredge-xr4000-aabbcc'],
    [{ mac: '52-54-00-00-00-01' }, 'edge-000001'],
    [{ product: '???', serial: 'SN-42' }, 'edge-sn42'],
    [{}, 'edge'],
  ])('%o → %s', (told, name) => {
    expect(hostNameFor(told)).toBe(name)
  })

  property.prop([fc.dictionary(fc.constantFrom('product', 'mac', 'serial', 'uuid'), fc.string())])(
    'is one that the server takes, whatever the machine says',
    (told) => {
      expect(HostName.safeParse(hostNameFor(told)).success).toBe(true)
    },
  )
})
