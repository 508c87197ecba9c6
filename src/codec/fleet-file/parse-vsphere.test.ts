import { describe, expect, test } from 'vitest'
import { machineOf } from '../../domain/fleet/fleet.ts'
import { formatProblem } from '../../domain/fleet/problem.ts'
import { VSPHERE_OPTIONS } from '../../domain/vsphere-options.ts'
import { decodeFleet, parseFleet } from './parse-fleet.ts'

const fleetOf = (profile: string, host = '{}'): string => `apiVersion: edgeboot/v1
installers: { palette: { iso: ./i.iso } }
profiles:
  store:
    installer: palette
    machine: ${profile}
hosts:
  - name: store-1
    profile: store
    match: { serial: s1 }
    machine: ${host}
`

function machineIn(profile: string, host?: string) {
  const fleet = decodeFleet([{ file: 'f', text: fleetOf(profile, host) }])
  const [store, one] = [fleet.profiles.get('store'), fleet.hosts.get('store-1')]
  if (!store || !one) throw new Error('the fleet has lost them')
  return machineOf(store, one)
}

const problemsOf = (profile: string, host?: string): readonly string[] =>
  parseFleet([{ file: 'f', text: fleetOf(profile, host) }]).problems.map(formatProblem)

describe('what a fleet file says of a machine in vSphere', () => {
  test('is all that there is to say', () => {
    const { options, network } = machineIn(`
      driver: vsphere
      firmware: uefi
      network: /DC0/network/VM Network
      vsphere:
        datacenter: DC0
        datastore: ds1
        folder: /DC0/vm/edge
        pool: C0/Resources
        cluster: C0
        host: esxi1.example.com
        guestId: ubuntu64Guest
        hardwareVersion: vmx-19
        secureBoot: true
        annotation: |
          Edge host.
          Ask the store team.
        extraConfig: { guestinfo.site: 7, disk.EnableUUID: "TRUE" }`)

    expect(network).toBe('/DC0/network/VM Network')
    expect(options).toEqual({
      datacenter: 'DC0',
      datastore: 'ds1',
      folder: '/DC0/vm/edge',
      pool: 'C0/Resources',
      cluster: 'C0',
      host: 'esxi1.example.com',
      guestId: 'ubuntu64Guest',
      hardwareVersion: 'vmx-19',
      secureBoot: 'true',
      annotation: 'Edge host.\nAsk the store team.\n',
      'extraConfig.guestinfo.site': '7',
      'extraConfig.disk.EnableUUID': 'TRUE',
    })
    expect(Object.keys(VSPHERE_OPTIONS).filter((name) => options[name] === undefined)).toEqual([])
  })

  test('of the profile is kept where the host says nothing else, key by key', () => {
    const { options } = machineIn(
      '{ driver: vsphere, vsphere: { datastore: ds1, folder: edge, extraConfig: { a.x: 1, a.y: 2 } } }',
      '{ vsphere: { datastore: ds2, extraConfig: { a.y: 3, a.z: 4 } } }',
    )

    expect(options).toEqual({
      datastore: 'ds2',
      folder: 'edge',
      'extraConfig.a.x': '1',
      'extraConfig.a.y': '3',
      'extraConfig.a.z': '4',
    })
  })

  test('of the profile is nothing to a host with another driver', () => {
    const profile = '{ driver: vsphere, vsphere: { datastore: ds1 } }'

    expect(machineIn(profile, '{ driver: qemu }').options).toEqual({})
  })

  test('may be nothing', () => {
    expect(machineIn('{ driver: vsphere, vsphere: }').options).toEqual({})
  })
})

describe('a mistake in it is told with its place and what would be right:', () => {
  test.each([
    [
      'an unknown key',
      '{ driver: vsphere, vsphere: { datastor: ds1 } }',
      'f:6:44: profiles.store.machine.vsphere.datastor: is an unknown key; did you mean datastore?',
    ],
    [
      'a key of nothing we know',
      '{ driver: vsphere, vsphere: { zzz: ds1 } }',
      'there are datacenter, datastore, folder',
    ],
    [
      'a switch',
      '{ driver: vsphere, vsphere: { secureBoot: yes } }',
      'f:6:56: profiles.store.machine.vsphere.secureBoot: is "yes"; expected true or false',
    ],
    [
      'a hardware version without its prefix',
      '{ driver: vsphere, vsphere: { hardwareVersion: 19 } }',
      'vsphere.hardwareVersion: is "19"; expected a version of the virtual hardware, for example vmx-19',
    ],
    ['an empty place', '{ driver: vsphere, vsphere: { pool: } }', 'vsphere.pool: is empty; expected a name'],
    ['text for a map', '{ driver: vsphere, vsphere: ds1 }', 'vsphere: is a single value; expected a map'],
    [
      'a key of our own',
      '{ driver: vsphere, vsphere: { extraConfig: { edgeboot.host: x } } }',
      'vsphere.extraConfig.edgeboot.host: belongs to Edgeboot: choose another key',
    ],
    [
      'a key with a space',
      '{ driver: vsphere, vsphere: { extraConfig: { "a b": x } } }',
      'has a key with other characters',
    ],
    [
      'a list in extraConfig',
      '{ driver: vsphere, vsphere: { extraConfig: { a: [1] } } }',
      'extraConfig.a: is a list; expected text',
    ],
    [
      'a variable',
      `{ driver: vsphere, vsphere: { folder: "\${host.labels.site}" } }`,
      'variables are replaced in userData only',
    ],
    [
      'a variable in extraConfig',
      `{ driver: vsphere, vsphere: { extraConfig: { a: "\${host.name}" } } }`,
      'extraConfig.a: variables are replaced in userData only',
    ],
    [
      'another driver',
      '{ driver: qemu, vsphere: { datastore: ds1 } }',
      'f:6:39: profiles.store.machine.vsphere: is for machines with driver: vsphere; this one has qemu',
    ],
  ])('%s', (_, profile, problem) => {
    expect(problemsOf(profile).join('\n')).toContain(problem)
  })

  test.each([
    [
      'another driver',
      '{ driver: qemu }',
      '{ vsphere: { pool: p } }',
      'f:11:25: hosts[0].machine.vsphere: is for machines with driver: vsphere; this one has qemu',
    ],
    ['no driver', '{ cpus: 2 }', '{ vsphere: { pool: p } }', 'is there, but no driver: vsphere'],
    ['no driver', '{ vsphere: { pool: p } }', '{}', 'machine.vsphere is there, but no driver: vsphere'],
    [
      'memory vSphere cannot give',
      '{ driver: vsphere }',
      '{ memory: 4098MiB }',
      'f:11:24: hosts[0].machine.memory: is 4098MiB; vSphere takes multiples of 4MiB',
    ],
    [
      'Secure Boot with a BIOS',
      '{ driver: vsphere, vsphere: { secureBoot: true } }',
      '{}',
      'machine.vsphere has secureBoot, which is true, which needs firmware uefi',
    ],
    [
      'typing where there is no prompt',
      '{ driver: vsphere, boot: typed }',
      '{ firmware: uefi }',
      'machine.boot typed needs firmware bios',
    ],
  ])('%s, of a host', (_, profile, host, problem) => {
    expect(problemsOf(profile, host).join('\n')).toContain(problem)
  })

  test('too many options', () => {
    const many = (letter: string): string =>
      Array.from({ length: 70 }, (_, index) => `${letter}${index}: x`).join(', ')
    const [profile, host] = ['a', 'b'].map((letter) => `vsphere: { extraConfig: { ${many(letter)} } }`)

    expect(problemsOf(`{ driver: vsphere, ${profile} }`, `{ ${host} }`).join()).toContain(
      'has more than 128 options',
    )
  })

  test('a secret is never told', () => {
    const profile = '{ driver: vsphere, vsphere: { extraConfig: { a: !secret "hunter2\\u0007" } } }'

    expect(problemsOf(profile).join()).toContain('is not text in one line')
    expect(problemsOf(profile).join()).not.toContain('hunter2')
  })
})
