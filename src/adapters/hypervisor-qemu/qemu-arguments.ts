import { Failure } from '../../domain/failure.ts'
import type { MachineSpec } from '../../domain/machine.ts'
import type { Forward, MachineFiles, Media } from './machine-directory.ts'
import { MONITOR_SOCKET } from './qmp-client.ts'
import { SANDBOX } from './sandbox.ts'
import type { EfiFirmware } from './tools.ts'

export type Acceleration = 'kvm' | 'tcg'

/**
 * The command line of one machine, program name left out. Goes to `execve` as it is, never through a shell, and
 * wants the machine's directory as working directory.
 */
export function qemuArguments(input: {
  readonly spec: MachineSpec
  readonly files: MachineFiles
  readonly forwards: readonly Forward[]
  readonly media: Media
  readonly acceleration: Acceleration
  readonly efi: Pick<EfiFirmware, 'codePath'> | undefined
  /** Whether system call filters work here. */
  readonly sandbox: boolean
}): readonly string[] {
  const { spec, files, forwards, media, acceleration, efi, sandbox } = input
  const cdFile = media.path === undefined ? '' : `,format=raw,file=${escaped(media.path)}`
  return [
    ...['-name', `edgeboot-${spec.name}`, '-uuid', spec.uuid, '-nodefaults', '-no-user-config'],
    ...['-machine', 'q35', '-smp', String(spec.cpus), '-m', String(spec.memoryMiB), '-rtc', 'base=utc'],
    ...(acceleration === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
    // A guest that switches itself off leaves QEMU standing with the reason, even if nobody listens at the moment.
    '-no-shutdown',
    // Relative, because a socket's address is short (see `openQmpClient`).
    ...['-qmp', `unix:${MONITOR_SOCKET},server=on,wait=off`],
    // For a bridge QEMU starts a helper that raises its privileges; filters would keep it from that.
    ...(sandbox && spec.network.kind !== 'bridge' ? SANDBOX : []),
    ...['-display', 'none', '-vga', 'std'],
    ...[
      '-chardev',
      `file,id=serial0,append=on,path=${escaped(files.serialLog)}`,
      '-serial',
      'chardev:serial0',
    ],
    ...(efi
      ? [
          ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${escaped(efi.codePath)}`],
          ...['-drive', `if=pflash,unit=1,format=raw,file=${escaped(files.efiVariables)}`],
        ]
      : []),
    ...['-drive', `if=none,id=disk0,format=qcow2,discard=unmap,file=${escaped(files.disk)}`],
    ...['-device', 'virtio-blk-pci,drive=disk0,bootindex=2'],
    ...['-drive', `if=none,id=cd0,media=cdrom,readonly=on${cdFile}`],
    ...['-device', `ide-cd,id=cdrom0,drive=cd0,bus=ide.0,bootindex=${media.first ? 1 : 3}`],
    ...['-netdev', netdev(spec, forwards)],
    // Without its own option ROM the card cannot boot behind our back.
    ...['-device', `virtio-net-pci,netdev=net0,mac=${spec.mac},romfile=`],
    ...['-device', 'virtio-rng-pci', '-device', 'pvpanic'],
  ]
}

function netdev({ network }: MachineSpec, forwards: readonly Forward[]): string {
  switch (network.kind) {
    case 'user':
      return [
        'user,id=net0',
        ...forwards.map(({ guest, host }) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`),
      ].join(',')
    case 'bridge':
      return `bridge,id=net0,br=${escaped(network.bridge)}`
    case 'tap':
      return `tap,id=net0,ifname=${escaped(network.device)},script=no,downscript=no`
    case 'named':
      throw new Failure(
        'usage.invalid',
        `network ${network.name}: QEMU machines have user, bridge:NAME or tap:DEVICE`,
      )
  }
}

/** In QEMU's option lists a comma in a value is written twice. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
