import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { VSPHERE_OPTIONS } from '../domain/vsphere-options.ts'
import { addMachineOptions, type MachineValues, machineFrom } from './machine-options.ts'
import { flagOf } from './vsphere-machine-options.ts'

function machineOf(...args: readonly string[]) {
  const command = addMachineOptions(new Command('up').exitOverride())
  command.parse(args, { from: 'user' })
  return machineFrom(command.opts<MachineValues>())
}

describe('machines of the command line', () => {
  test('are made of what the published procedure says, unless told otherwise', () => {
    const usual = {
      boot: 'media',
      firmware: 'bios',
      cpus: 8,
      memoryMiB: 32_768,
      diskGiB: 300,
      machineOptions: {},
    }

    expect(machineOf()).toEqual({ driver: 'qemu', ...usual })
    expect(machineOf('--driver', 'vsphere')).toEqual({ driver: 'vsphere', ...usual })
  })

  test('in vSphere can be told everything that it knows', () => {
    const machine = machineOf(
      ...[
        '--driver',
        'vsphere',
        '--firmware',
        'uefi',
        '--network',
        '/DC0/network/VM Network',
        '--secure-boot',
      ],
      ...['--datacenter', 'DC0', '--datastore', 'ds1', '--folder', 'edge', '--pool', 'p', '--cluster', 'C0'],
      ...['--esxi-host', 'esxi1', '--guest-id', 'ubuntu64Guest', '--hardware-version', 'vmx-19'],
      ...['--annotation', 'a note', '--extra-config', 'guestinfo.a=1=2', '--extra-config', 'guestinfo.b=x y'],
    )

    expect(machine.network).toBe('/DC0/network/VM Network')
    expect(machine.machineOptions).toEqual({
      datacenter: 'DC0',
      datastore: 'ds1',
      folder: 'edge',
      pool: 'p',
      cluster: 'C0',
      host: 'esxi1',
      guestId: 'ubuntu64Guest',
      hardwareVersion: 'vmx-19',
      secureBoot: 'true',
      annotation: 'a note',
      'extraConfig.guestinfo.a': '1=2',
      'extraConfig.guestinfo.b': 'x y',
    })
    expect(Object.keys(VSPHERE_OPTIONS).filter((name) => machine.machineOptions[name] === undefined)).toEqual(
      [],
    )
  })

  test.each([
    [['--datastore', 'ds1'], '--datastore is nothing that driver qemu knows'],
    [['--esxi-host', 'e'], '--esxi-host is nothing that driver qemu knows'],
    [['--extra-config', 'a=b'], '--extra-config a is nothing that driver qemu knows'],
    [
      ['--network', 'VM Network'],
      '--network is "VM Network"; with qemu it is user, bridge:NAME or tap:DEVICE',
    ],
    [['--boot', 'typed', '--firmware', 'uefi'], '--boot typed needs firmware bios'],
    [['--disk', '1500MiB'], '--disk: expected whole GiB'],
    [['--driver', 'vsphere', '--memory', '4098MiB'], '--memory is 4098MiB; vSphere takes multiples of 4MiB'],
    [['--driver', 'vsphere', '--secure-boot'], '--secure-boot is true, which needs firmware uefi'],
    [['--driver', 'vsphere', '--hardware-version', '19'], '--hardware-version is "19"; expected a version'],
    [['--driver', 'vsphere', '--network', ''], '--network is ""; expected a name or an inventory path'],
    [['--driver', 'vsphere', '--extra-config', 'edgeboot.host=x'], 'edgeboot.host belongs to Edgeboot'],
    [['--driver', 'vsphere', '--extra-config', 'novalue'], '--extra-config novalue: expected KEY=VALUE'],
    [
      ['--driver', 'vsphere', '--extra-config', 'a=1', '--extra-config', 'a=2'],
      '--extra-config a stands twice',
    ],
  ])('%j cannot be', (args, message) => {
    expect(() => machineOf(...args)).toThrow(message)
  })

  test('say which variable of govc is used for a place that is left out', () => {
    const help = addMachineOptions(new Command('up')).helpInformation().replaceAll(/\s+/g, ' ')

    for (const [option, variable] of [
      ['datacenter', 'GOVC_DATACENTER'],
      ['datastore', 'GOVC_DATASTORE'],
      ['folder', 'GOVC_FOLDER'],
      ['pool', 'GOVC_RESOURCE_POOL'],
      ['cluster', 'GOVC_CLUSTER'],
      ['host', 'GOVC_HOST'],
    ] as const)
      expect(help).toMatch(new RegExp(`${flagOf(option)} <place> [^-]*\\(default: ${variable}\\)`))
    expect(help).toContain('(default: GOVC_NETWORK)')
  })
})
