import { describe, expect, test } from 'vitest'
import { type MachineParts, machineProblems, shownOptions } from './machine-rules.ts'

const vsphere = (given: Partial<MachineParts> = {}): MachineParts => ({
  driver: 'vsphere',
  options: {},
  ...given,
})
const told = (machine: MachineParts): readonly string[] =>
  machineProblems(machine).map(({ part, option, message }) => `${option ?? part} ${message}`)

describe('a machine', () => {
  test.each([
    [vsphere()],
    [vsphere({ memoryMiB: 4096, network: 'VM Network', options: { datastore: 'ds1' } })],
    [vsphere({ network: '/DC0/network/DVPG 7', firmware: 'uefi', options: { secureBoot: 'true' } })],
    [vsphere({ options: { secureBoot: 'false' } })],
    [{ driver: 'qemu', network: 'bridge:br0', memoryMiB: 4097, options: {} }],
    [{ driver: 'redfish', network: 'anything', options: {} }],
  ] as const)('%j can be', (machine) => {
    expect(told(machine)).toEqual([])
  })

  test.each([
    [{ driver: 'qemu', network: 'VM Network', options: {} }, 'network is "VM Network"; with qemu it is user'],
    [{ driver: 'qemu', options: { datastore: 'ds1' } }, 'datastore is nothing that driver qemu knows'],
    [vsphere({ network: ' ' }), 'network is " "; expected a name or an inventory path'],
    [vsphere({ memoryMiB: 4097 }), 'memory is 4097MiB; vSphere takes multiples of 4MiB'],
    [vsphere({ options: { secureBoot: 'true' } }), 'secureBoot is true, which needs firmware uefi'],
    [vsphere({ options: { datastor: 'ds1' } }), 'datastor is unknown; did you mean datastore?'],
    [vsphere({ boot: 'typed', firmware: 'uefi' }), 'boot typed needs firmware bios'],
    [{ driver: 'qemu', boot: 'typed', firmware: 'uefi', options: {} }, 'boot typed needs firmware bios'],
  ] as const)('%j cannot be', (machine, problem) => {
    expect(told(machine)).toEqual([expect.stringContaining(problem)])
  })

  test('shows its places, never what may be secret', () => {
    const options = { datastore: 'ds1', 'extraConfig.guestinfo.token': 'hunter2' }

    expect(shownOptions({ driver: 'vsphere', options })).toEqual({
      datastore: 'ds1',
      'extraConfig.guestinfo.token': '••••',
    })
    expect(shownOptions({ driver: 'redfish', options: { password: 'hunter2' } })).toEqual({
      password: '••••',
    })
  })
})
