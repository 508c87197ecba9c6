import { describe, expect, test } from 'vitest'
import { aWish } from '../../test/support/a-fleet.ts'
import { aShelf } from '../../test/support/a-shelf.ts'
import type { DesiredHost } from '../domain/desired-fleet.ts'
import { type NetbootAbilities, netbootProblems, requireBootable } from './check-netboot.ts'

const SIGNED = { architecture: 'x64', isApplication: true, isSigned: true } as const
const ABLE: NetbootAbilities = {
  certificate: 'public',
  ipxeTrustsAuthority: 'unknown',
  signed: { x64: { shim: SIGNED, next: SIGNED }, arm64: {} },
}

const physical = (about: Partial<DesiredHost> = {}): DesiredHost =>
  aWish({ machine: undefined, match: { mac: '52:54:00:00:00:77' }, ...about })

test('a host that asks for nothing special has no problem anywhere', () => {
  expect(netbootProblems(aWish(), { architecture: 'x86_64' }, { ...ABLE, certificate: undefined })).toEqual(
    [],
  )
})

describe('with what it takes', () => {
  test('a physical host may have Secure Boot, HTTPS, or both', () => {
    for (const about of [
      { secureBoot: true },
      { bootScheme: 'https' },
      { secureBoot: true, bootScheme: 'https' },
    ] as const) {
      expect(netbootProblems(physical(about), { architecture: 'x86_64' }, ABLE)).toEqual([])
    }
  })

  test('a machine made here may have them with UEFI, and boots from the network', () => {
    const machine = { driver: 'vsphere', firmware: 'uefi', boot: 'pxe', options: {} } as const

    expect(netbootProblems(aWish({ machine, secureBoot: true }), { architecture: 'unknown' }, ABLE)).toEqual(
      [],
    )
  })
})

test('a kernel without a signature is refused with Secure Boot alone', () => {
  const unsigned = { architecture: 'x86_64', kernelSigned: false } as const

  expect(netbootProblems(physical({ secureBoot: true }), unsigned, ABLE).join()).toMatch(
    /kernel of its installer carries no signature/,
  )
  expect(netbootProblems(physical(), unsigned, ABLE)).toEqual([])
  expect(netbootProblems(physical({ secureBoot: true }), { ...unsigned, kernelSigned: true }, ABLE)).toEqual(
    [],
  )
})

test('each architecture needs files of its own', () => {
  const problems = netbootProblems(physical({ secureBoot: true }), { architecture: 'arm64' }, ABLE)

  expect(problems.join()).toMatch(/arm64-sb\/shimaa64\.efi is not there.*arm64-sb\/snponly\.efi is not there/)
})

test('a server whose hosts cannot boot does not start, and the message names them', async () => {
  const shelf = aShelf()
  await shelf.put({ name: 'palette', isoPath: '/palette.iso' }, new AbortController().signal)
  const hosts = [
    aWish(),
    ...Array.from({ length: 30 }, (_, n) => physical({ name: `h${n}`, secureBoot: true })),
  ]
  const start = (abilities: NetbootAbilities) => () => requireBootable(hosts, shelf, abilities)

  expect(start(ABLE)).not.toThrow()
  expect(start({ ...ABLE, signed: { x64: { shim: SIGNED }, arm64: {} } })).toThrow(
    expect.objectContaining({
      code: 'tls.impossible',
      message: expect.stringMatching(
        /^host h0: .*snponly\.efi is not there[\s\S]*and 10 more\n.*--unbootable wait/,
      ),
    }),
  )
})
