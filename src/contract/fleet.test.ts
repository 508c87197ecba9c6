import { expect, expectTypeOf, test } from 'vitest'
import type { DesiredFleet as DomainFleet } from '../domain/desired-fleet.ts'
import { DesiredFleet, MAX_HOSTS } from './fleet.ts'

const HOST: DomainFleet['hosts'][number] = {
  name: 'store-0042',
  profile: 'store',
  installer: 'palette-4-6',
  match: { mac: '00:50:56:aa:bb:cc' },
  labels: { site: 'berlin' },
  machine: { driver: 'qemu', memoryMiB: 32768, options: {} },
  kernelArgs: { add: ['console=ttyS0'], remove: [] },
  userData: '#cloud-config\n',
  secretPaths: [['stages', 'boot', 0, 'name']],
  ready: { kind: 'local-ui', port: 5080 },
  localBoot: 'auto',
  approve: 'auto',
  phoneHome: true,
  timeouts: { rootfs: 600_000 },
}

const FLEET: DomainFleet = {
  installers: [{ name: 'palette-4-6', isoPath: '/isos/palette.iso', sha256: '00'.repeat(32) }],
  profiles: [{ name: 'store', maxParallel: 10 }],
  hosts: [HOST],
  unknownHosts: { policy: 'discover' },
}

test('the fleet of the contract and that of the domain are the same type', () => {
  expectTypeOf<DesiredFleet>().toExtend<DomainFleet>()
  expectTypeOf<DomainFleet>().toExtend<DesiredFleet>()
})

test('a fleet comes through the contract unchanged', () => {
  expect(DesiredFleet.parse(structuredClone(FLEET))).toEqual(FLEET)
})

test('a mistyped key is refused with its place', () => {
  const { error } = DesiredFleet.safeParse({ ...FLEET, hosts: [{ ...HOST, lables: {} }] })

  expect(error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', path: ['hosts', 0], keys: ['lables'] })
})

test('more hosts than one fleet may have are refused', () => {
  const hosts = Array.from({ length: MAX_HOSTS + 1 }, () => HOST)

  expect(DesiredFleet.safeParse({ ...FLEET, hosts }).error?.issues[0]?.path).toEqual(['hosts'])
})

test.each([
  ['a name with a path in it', { name: '../x' }],
  ['a malformed MAC address', { match: { mac: '00:50:56:aa:bb' } }],
  ['a kernel argument of two lines', { kernelArgs: { add: ['a\nb'], remove: [] } }],
  ['a phase there is not', { timeouts: { lunch: 1000 } }],
  ['a probe with a password in its URL', { ready: { kind: 'url', url: 'http://u:p@h/' } }],
])('%s is refused', (_what, wrong) => {
  expect(DesiredFleet.safeParse({ ...FLEET, hosts: [{ ...HOST, ...wrong }] }).success).toBe(false)
})

test('what a machine in vSphere can be told comes through, as long as a fleet file may have it', () => {
  const options = {
    datastore: `/DC0/datastore/${'d'.repeat(1000)}`,
    annotation: 'Edge host.\n\tAsk the store team.\n',
    [`extraConfig.${'k'.repeat(128)}`]: 'v'.repeat(4096),
  }
  const machine = { driver: 'vsphere', network: `/DC0/network/${'n'.repeat(1000)}`, options }
  const fleet = { ...FLEET, hosts: [{ ...HOST, machine }] }

  expect(DesiredFleet.parse(structuredClone(fleet))).toEqual(fleet)
  for (const wrong of [
    { ...options, annotation: 'a\u0000' },
    Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`extraConfig.k${index}`, 'x'])),
  ]) {
    const hosts = [{ ...HOST, machine: { ...machine, options: wrong } }]

    expect(DesiredFleet.safeParse({ ...FLEET, hosts }).success).toBe(false)
  }
})
