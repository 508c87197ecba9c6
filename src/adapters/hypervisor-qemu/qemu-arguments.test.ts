import { describe, expect, test } from 'vitest'
import { aSpec } from '../../../test/support/a-host.ts'
import { filesOf } from './machine-directory.ts'
import { qemuArguments } from './qemu-arguments.ts'

type Input = Parameters<typeof qemuArguments>[0]

function argumentsOf(given: Partial<Input> = {}): readonly string[] {
  return qemuArguments({
    spec: aSpec(),
    files: filesOf('/m'),
    forwards: [],
    media: { path: undefined, first: false },
    acceleration: 'tcg',
    efi: undefined,
    sandbox: false,
    ...given,
  })
}

/** The values given for an option, in order. */
function valuesOf(option: string, given: readonly string[]): readonly (string | undefined)[] {
  return given.flatMap((argument, index) => (argument === option ? [given[index + 1]] : []))
}

describe('the command line of a QEMU machine', () => {
  test('for the defaults of edgeboot up has eight CPUs, 32 GiB, a thin disk, and a card without boot ROM', () => {
    const line = argumentsOf({ spec: aSpec({ cpus: 8, memoryMiB: 32 * 1024 }) }).join(' ')

    expect(line).toContain('-machine q35 -smp 8 -m 32768 ')
    expect(line).toContain('format=qcow2,discard=unmap,file=/m/disk.qcow2')
    expect(line).toContain('virtio-net-pci,netdev=net0,mac=52:54:00:00:00:01,romfile=')
    expect(line).toContain('path=/m/serial.log')
    expect(line).toContain('-no-shutdown')
  })

  test.each([
    ['disk, then CD', false, ['bootindex=2', 'bootindex=3']],
    ['CD, then disk for a reinstallation', true, ['bootindex=2', 'bootindex=1']],
  ])('boots %s', (_, first, order) => {
    const devices = valuesOf('-device', argumentsOf({ media: { path: '/i.iso', first } }))

    const [disk, cd] = ['virtio-blk-pci', 'ide-cd'].map((kind) =>
      devices.find((one) => one?.startsWith(kind)),
    )
    expect([disk, cd].map((device) => /bootindex=\d/.exec(device ?? '')?.[0])).toEqual(order)
  })

  test('has an empty drive without media', () => {
    expect(valuesOf('-drive', argumentsOf())).toContain('if=none,id=cd0,media=cdrom,readonly=on')
  })

  test.each([
    [{ kind: 'user' }, 'user,id=net0,hostfwd=tcp:127.0.0.1:40000-:5080'],
    [{ kind: 'bridge', bridge: 'br0' }, 'bridge,id=net0,br=br0'],
    [{ kind: 'tap', device: 'tap0' }, 'tap,id=net0,ifname=tap0,script=no,downscript=no'],
  ] as const)('on the network %j is %s', (network, netdev) => {
    const given = argumentsOf({ spec: aSpec({ network }), forwards: [{ guest: 5080, host: 40_000 }] })

    expect(valuesOf('-netdev', given)).toEqual([netdev])
  })

  test('has the firmware and variables of its own with UEFI, and none with BIOS', () => {
    const efi = { codePath: '/usr/share/OVMF/OVMF_CODE.fd' }

    expect(argumentsOf({ efi }).filter((value) => value.startsWith('if=pflash'))).toEqual([
      'if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd',
      'if=pflash,unit=1,format=raw,file=/m/efi-variables.fd',
    ])
    expect(argumentsOf().join(' ')).not.toContain('pflash')
  })

  test('uses KVM with the processor as it is, or emulation with all there can be', () => {
    expect(argumentsOf({ acceleration: 'kvm' }).join(' ')).toContain('-accel kvm -cpu host')
    expect(argumentsOf({ acceleration: 'tcg' }).join(' ')).toContain('-accel tcg,thread=multi -cpu max')
  })

  test('keeps a comma in a path from becoming an option', () => {
    const media = { path: '/isos/a,readonly=off.iso', first: false }

    expect(argumentsOf({ media }).join(' ')).toContain('file=/isos/a,,readonly=off.iso')
  })
})
