import { describe, expect, test } from 'vitest'
import { renderVimCall, type VimCall } from './call.ts'
import {
  changeMedia,
  createMachine,
  createScreenshot,
  destroy,
  type MachineWishes,
  powerOff,
  powerOn,
  reset,
} from './machine-calls.ts'
import type { ManagedObject } from './reference.ts'

const part = (type: string, id: string): ManagedObject => ({ type, id })
const vm = part('VirtualMachine', 'vm-1')
const drive = { key: 16000, controllerKey: 15000, unitNumber: 0, label: 'CD/DVD drive 1' }

function body(call: VimCall): string {
  const inside = /<soapenv:Body>(.*)<\/soapenv:Body>/s.exec(renderVimCall(call))?.[1] ?? ''
  return inside.replace(' xmlns="urn:vim25"', '')
}

const wishes: MachineWishes = {
  name: 'edge-1',
  uuid: 'u',
  instanceUuid: 'i',
  guestId: 'ubuntu64Guest',
  annotation: 'a & b',
  cpus: 8,
  memoryMiB: 32768,
  extraConfig: { 'edgeboot.host': 'edge-1' },
  firmware: 'bios',
  secureBoot: false,
  home: '[ds1]',
  diskKiB: 314_572_800,
  network: { kind: 'standard', network: part('Network', 'network-7'), name: 'VM Network' },
}

describe('a machine is asked for', () => {
  const place = { folder: part('Folder', 'group-v3'), pool: part('ResourcePool', 'resgroup-8') }

  test('with its devices, in the order of the types of the API', () => {
    const connected = (start: boolean) =>
      `<connectable><startConnected>${start}</startConnected><allowGuestControl>true</allowGuestControl><connected>false</connected></connectable>`
    const add = (type: string, inside: string, file = '') =>
      `<deviceChange><operation>add</operation>${file}<device xsi:type="${type}">${inside}</device></deviceChange>`

    expect(body(createMachine(place, wishes))).toBe(
      '<CreateVM_Task><_this type="Folder">group-v3</_this><config><name>edge-1</name><uuid>u</uuid><instanceUuid>i</instanceUuid>' +
        '<guestId>ubuntu64Guest</guestId><annotation>a &amp; b</annotation><files><vmPathName>[ds1]</vmPathName></files>' +
        '<numCPUs>8</numCPUs><memoryMB>32768</memoryMB>' +
        add(
          'ParaVirtualSCSIController',
          '<key>-101</key><busNumber>0</busNumber><sharedBus>noSharing</sharedBus>',
        ) +
        add('VirtualAHCIController', '<key>-102</key><busNumber>0</busNumber>') +
        add(
          'VirtualDisk',
          '<key>-103</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds1]</fileName><diskMode>persistent</diskMode>' +
            '<thinProvisioned>true</thinProvisioned></backing><controllerKey>-101</controllerKey><unitNumber>0</unitNumber>' +
            '<capacityInKB>314572800</capacityInKB>',
          '<fileOperation>create</fileOperation>',
        ) +
        add(
          'VirtualCdrom',
          '<key>-104</key><backing xsi:type="VirtualCdromRemotePassthroughBackingInfo"><deviceName></deviceName><exclusive>false</exclusive></backing>' +
            `${connected(false)}<controllerKey>-102</controllerKey><unitNumber>0</unitNumber>`,
        ) +
        add(
          'VirtualVmxnet3',
          '<key>-105</key><backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>VM Network</deviceName>' +
            `<network type="Network">network-7</network></backing>${connected(true)}<addressType>generated</addressType>`,
        ) +
        '<extraConfig><key>edgeboot.host</key><value xsi:type="xsd:string">edge-1</value></extraConfig><firmware>bios</firmware></config>' +
        '<pool type="ResourcePool">resgroup-8</pool></CreateVM_Task>',
    )
  })

  test('on a host, with a version, Secure Boot, a given address and a port group of a distributed switch', () => {
    const call = createMachine(
      { ...place, host: part('HostSystem', 'host-9') },
      {
        ...wishes,
        hardwareVersion: 'vmx-19',
        firmware: 'efi',
        secureBoot: true,
        mac: '00:50:56:01:02:03',
        network: { kind: 'distributed', portgroupKey: 'dvportgroup-1', switchUuid: '50 1e' },
      },
    )

    expect(body(call)).toContain('<name>edge-1</name><version>vmx-19</version><uuid>')
    expect(body(call)).toContain(
      '<backing xsi:type="VirtualEthernetCardDistributedVirtualPortBackingInfo"><port><switchUuid>50 1e</switchUuid>' +
        '<portgroupKey>dvportgroup-1</portgroupKey></port></backing>',
    )
    expect(body(call)).toContain(
      '<addressType>manual</addressType><macAddress>00:50:56:01:02:03</macAddress>',
    )
    expect(body(call)).toContain(
      '<bootOptions><efiSecureBootEnabled>true</efiSecureBootEnabled></bootOptions><firmware>efi</firmware></config>',
    )
    expect(body(call)).toMatch(/<\/pool><host type="HostSystem">host-9<\/host><\/CreateVM_Task>$/)
  })

  test('on a network of another product', () => {
    const network = { kind: 'opaque', id: 'n-1', type: 'nsx.LogicalSwitch' } as const

    expect(body(createMachine(place, { ...wishes, network }))).toContain(
      '<backing xsi:type="VirtualEthernetCardOpaqueNetworkBackingInfo"><opaqueNetworkId>n-1</opaqueNetworkId>' +
        '<opaqueNetworkType>nsx.LogicalSwitch</opaqueNetworkType></backing>',
    )
  })
})

describe('its drive and the order of booting', () => {
  const disk = { kind: 'disk', key: 2000 } as const
  const card = { kind: 'ethernet', key: 4000 } as const

  test('are changed in one call', () => {
    const call = changeMedia(vm, drive, '[ds1] edgeboot/a.iso', {
      order: [disk, { kind: 'cdrom' }, card],
      secureBoot: true,
    })

    expect(body(call)).toBe(
      '<ReconfigVM_Task><_this type="VirtualMachine">vm-1</_this><spec><deviceChange><operation>edit</operation>' +
        '<device xsi:type="VirtualCdrom"><key>16000</key><deviceInfo xsi:type="Description"><label>CD/DVD drive 1</label><summary></summary></deviceInfo>' +
        '<backing xsi:type="VirtualCdromIsoBackingInfo"><fileName>[ds1] edgeboot/a.iso</fileName></backing>' +
        '<connectable><startConnected>true</startConnected><allowGuestControl>true</allowGuestControl><connected>false</connected></connectable>' +
        '<controllerKey>15000</controllerKey><unitNumber>0</unitNumber></device></deviceChange>' +
        '<bootOptions><efiSecureBootEnabled>true</efiSecureBootEnabled>' +
        '<bootOrder xsi:type="VirtualMachineBootOptionsBootableDiskDevice"><deviceKey>2000</deviceKey></bootOrder>' +
        '<bootOrder xsi:type="VirtualMachineBootOptionsBootableCdromDevice"></bootOrder>' +
        '<bootOrder xsi:type="VirtualMachineBootOptionsBootableEthernetDevice"><deviceKey>4000</deviceKey></bootOrder>' +
        '</bootOptions></spec></ReconfigVM_Task>',
    )
  })

  test('an empty drive is not connected', () => {
    const text = body(changeMedia(vm, drive, undefined, { order: [disk], secureBoot: false }))

    expect(text).toContain('VirtualCdromRemotePassthroughBackingInfo')
    expect(text).toContain('<startConnected>false</startConnected>')
    expect(text).not.toContain('efiSecureBootEnabled')
  })
})

test.each<[VimCall, string]>([
  [powerOn(vm), 'PowerOnVM_Task'],
  [powerOff(vm), 'PowerOffVM_Task'],
  [reset(vm), 'ResetVM_Task'],
  [destroy(vm), 'Destroy_Task'],
  [createScreenshot(vm), 'CreateScreenshot_Task'],
])('%# is a call without arguments', (call, method) => {
  expect(body(call)).toBe(`<${method}><_this type="VirtualMachine">vm-1</_this></${method}>`)
})
