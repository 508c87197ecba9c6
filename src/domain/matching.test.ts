import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  ambiguousMatches,
  type Claim,
  indexMatches,
  isPlaceholderFact,
  MATCH_KEYS,
  type MachineFacts,
  normalizeFact,
} from './matching.ts'
import { parseUuid, swapByteOrder, uuidFromRandomBytes } from './uuid.ts'

const UUID = '4c4c4544-0042-3510-8052-b4c04f4d3132'
const SWAPPED = '44454c4c-4200-1035-8052-b4c04f4d3132'
const MAC = '00:50:56:aa:bb:cc'

const find = (claims: readonly Claim[], facts: MachineFacts) => indexMatches(claims).find(facts)

/** Few values, so that claims meet. */
const facts: fc.Arbitrary<MachineFacts> = fc.record(
  {
    uuid: fc.constantFrom(UUID, SWAPPED, '11111111-2222-4333-8444-555555555555'),
    mac: fc.constantFrom(MAC, '00-50-56-AA-BB-CC', '00:50:56:aa:bb:dd'),
    serial: fc.constantFrom('A1', 'a1 ', 'B2'),
    asset: fc.constantFrom('rack 1', 'Rack  1', 'rack 2'),
    hostname: fc.constantFrom('h1', 'H1'),
    product: fc.constantFrom('R640', 'SR630'),
    manufacturer: fc.constantFrom('Dell Inc.', 'Lenovo'),
  },
  { requiredKeys: [] },
)
const claims = fc
  .array(facts, { maxLength: 6 })
  .map((matches) => matches.map((match, index) => ({ name: `h${index}`, match })))

const isTrueOf = (match: MachineFacts, machine: MachineFacts): boolean =>
  MATCH_KEYS.every((key) => {
    const [wanted, told] = [match[key], machine[key]]
    return (
      wanted === undefined || (told !== undefined && normalizeFact(key, wanted) === normalizeFact(key, told))
    )
  })

describe('a machine', () => {
  test.each([
    ['its MAC however it is written', { mac: MAC }, { mac: '00-50-56-AA-BB-CC' }],
    ['its UUID', { uuid: UUID }, { uuid: UUID.toUpperCase() }],
    ['its UUID in the other byte order', { uuid: UUID }, { uuid: SWAPPED }],
    [
      'its serial number with the padding of its firmware',
      { serial: 'VMware-42 1' },
      { serial: ' vmware-42  1 ' },
    ],
    [
      'its label',
      { product: 'R640', manufacturer: 'Dell Inc.' },
      { product: 'r640', manufacturer: 'Dell Inc. ' },
    ],
  ])('is recognised by %s', (_, match, machine) => {
    expect(find([{ name: 'h', match }], machine)).toEqual({ kind: 'host', name: 'h', by: Object.keys(match) })
  })

  test('has to be all that a host wants', () => {
    const claim = { name: 'h', match: { mac: MAC, uuid: UUID } }

    expect(find([claim], { mac: MAC, uuid: '11111111-2222-4333-8444-555555555555' })).toEqual({
      kind: 'unknown',
      similar: [{ name: 'h', same: 'mac', differs: ['uuid'] }],
    })
    expect(find([claim], { mac: MAC })).toMatchObject({ kind: 'unknown', similar: [{ differs: ['uuid'] }] })
  })

  test('goes to the host that names it most specifically', () => {
    const keys = MATCH_KEYS
    const machine = {
      ...Object.fromEntries(keys.map((key) => [key, 'x'])),
      mac: MAC,
      uuid: UUID,
    } as MachineFacts
    const hosts = keys.map((key) => ({ name: key, match: { [key]: machine[key] } }))

    for (const [index, key] of keys.entries()) {
      expect(find(hosts.slice(index), machine)).toMatchObject({ kind: 'host', name: key })
    }
  })

  test('that two hosts want goes to neither', () => {
    const hosts = ['b', 'a'].map((name) => ({ name, match: { mac: MAC } }))

    expect(find(hosts, { mac: MAC })).toEqual({ kind: 'ambiguous', names: ['a', 'b'], by: ['mac'] })
  })

  test('without usable facts is unknown, and a wish that nothing can fulfil claims none', () => {
    expect(find([{ name: 'h', match: {} }], {})).toEqual({ kind: 'unknown', similar: [] })
    expect(find([{ name: 'h', match: { mac: 'x', serial: 'S' } }], { serial: 'S' })).toMatchObject({
      kind: 'unknown',
    })
    expect(find([{ name: 'h', match: { mac: MAC } }], { mac: '${net0/mac}' })).toMatchObject({
      kind: 'unknown',
    })
  })

  test.prop([claims, facts])('goes only to a host all of whose wishes are true of it', (hosts, machine) => {
    const result = find(hosts, machine)

    const able = hosts.filter(({ match }) => Object.keys(match).length > 0 && isTrueOf(match, machine))
    if (result.kind === 'host') expect(able.map(({ name }) => name)).toContain(result.name)
    expect(result.kind === 'unknown').toBe(able.length === 0)
  })

  test.prop([claims, facts])('gets the same answer whatever the order of the hosts', (hosts, machine) => {
    expect(find(hosts.toReversed(), machine)).toEqual(find(hosts, machine))
  })

  test.prop([claims, facts])(
    'gets the same answer in either byte order and any spelling',
    (hosts, machine) => {
      const uuid = machine.uuid && parseUuid(machine.uuid)
      const other = {
        ...machine,
        ...(uuid ? { uuid: swapByteOrder(uuid).toUpperCase() } : {}),
        ...(machine.mac ? { mac: machine.mac.toUpperCase().replaceAll(':', '-') } : {}),
      }

      expect(find(hosts, other)).toEqual(find(hosts, machine))
    },
  )

  test.prop([claims, facts])(
    'is never claimed twice among hosts that were not ambiguous',
    (hosts, machine) => {
      if (ambiguousMatches(hosts).length === 0) expect(find(hosts, machine).kind).not.toBe('ambiguous')
    },
  )
})

describe('hosts are ambiguous', () => {
  test.each([
    ['that want the same MAC', { mac: MAC }, { mac: '00-50-56-AA-BB-CC' }, ['mac']],
    ['that want the same UUID in two byte orders', { uuid: UUID }, { uuid: SWAPPED }, ['uuid']],
    ['of which one wants more', { mac: MAC }, { mac: MAC, serial: 'S' }, ['mac']],
    ['that want the same label', { product: 'R640' }, { product: 'r640' }, ['product']],
  ])('%s', (_, one, other, by) => {
    expect(
      ambiguousMatches([
        { name: 'b', match: one },
        { name: 'a', match: other },
      ]),
    ).toEqual([{ names: ['a', 'b'], by }])
  })

  test.each([
    ['different MACs', { mac: MAC }, { mac: '00:50:56:aa:bb:dd' }],
    [
      'the same serial but different UUIDs',
      { serial: 'S', uuid: UUID },
      { serial: 'S', uuid: UUID.replace('4c', '5c') },
    ],
    ['a label and more', { product: 'R640' }, { product: 'R640', serial: 'S' }],
    ['nothing in common', { mac: MAC }, { uuid: UUID }],
    ['nothing at all', {}, {}],
  ])('but not with %s', (_, one, other) => {
    expect(
      ambiguousMatches([
        { name: 'a', match: one },
        { name: 'b', match: other },
      ]),
    ).toEqual([])
  })

  test.prop([claims])('in the same way in any order', (hosts) => {
    const pairs = (list: readonly Claim[]) => ambiguousMatches(list).length > 0

    expect(pairs(hosts.toReversed())).toBe(pairs(hosts))
  })
})

test.prop([fc.uint8Array({ minLength: 16, maxLength: 16 })])(
  'both byte orders of a UUID are one',
  (bytes) => {
    const uuid = uuidFromRandomBytes(bytes)

    expect(swapByteOrder(swapByteOrder(uuid))).toBe(uuid)
    expect(normalizeFact('uuid', swapByteOrder(uuid))).toBe(normalizeFact('uuid', uuid))
  },
)

test.each([
  ['To be filled by O.E.M.', true],
  ['Default  string', true],
  ['00000000-0000-0000-0000-000000000000', true],
  ['ff:ff:ff:ff:ff:ff', true],
  ['00:00:00:00:00:00', true],
  ['03000200-0400-0500-0006-000700080009', true],
  ['0', true],
  ['VMware-42 1a', false],
  [MAC, false],
  [UUID, false],
  ['f00d', false],
])('%j as what nobody filled in: %s', (text, isPlaceholder) => {
  expect(isPlaceholderFact(text)).toBe(isPlaceholder)
})
