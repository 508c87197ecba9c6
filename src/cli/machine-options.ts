import type { Command } from 'commander'
import type { UpOptions } from '../app/up-options.ts'
import { Failure } from '../domain/failure.ts'
import { machineProblems } from '../domain/machine-rules.ts'
import { parseSizeMiB } from '../domain/size.ts'
import { choice, parseCount } from './installer-options.ts'
import { parsedOption } from './settings.ts'
import {
  addVsphereMachineOptions,
  flagOf,
  type VsphereMachineValues,
  vsphereMachineOptionsOf,
} from './vsphere-machine-options.ts'

/** Options that say what machines are made of. */
export interface MachineValues extends VsphereMachineValues {
  readonly driver: 'qemu' | 'vsphere'
  readonly boot: 'media' | 'typed'
  readonly firmware: 'bios' | 'uefi'
  readonly cpus: number
  /** MiB, as is the disk. */
  readonly memory: number
  readonly disk: number
  readonly network?: string
}

type Machine = Pick<
  UpOptions,
  'driver' | 'boot' | 'firmware' | 'cpus' | 'memoryMiB' | 'diskGiB' | 'network' | 'machineOptions'
>

/** Adds them to a command. */
export function addMachineOptions(command: Command): Command {
  return addVsphereMachineOptions(
    command
      .addOption(choice('--driver <driver>', 'where the machines run', ['qemu', 'vsphere'], 'qemu'))
      .addOption(
        choice(
          '--boot <how>',
          'media: an ISO that chains by itself; typed: stock iPXE, keys typed',
          ['media', 'typed'],
          'media',
        ),
      )
      .addOption(choice('--firmware <kind>', 'firmware of the machines', ['bios', 'uefi'], 'bios'))
      .addOption(parsedOption('--cpus <n>', 'CPUs of each machine', parseCount('--cpus', 512)).default(8))
      .addOption(
        parsedOption('--memory <size>', 'memory of each machine', (text) =>
          parseSizeMiB(text, '--memory'),
        ).default(32 * 1024, '32GiB'),
      )
      .addOption(
        parsedOption('--disk <size>', 'disk of each machine, thin', (text) =>
          parseSizeMiB(text, '--disk'),
        ).default(300 * 1024, '300GiB'),
      )
      .option(
        '--network <network>',
        'qemu: user (default), bridge:NAME or tap:DEVICE; vsphere: network or port group, by name or path (default: GOVC_NETWORK)',
      ),
  )
}

/** What was given of them. Failure `usage.invalid` naming the flag that does not fit the others. */
export function machineFrom(values: MachineValues): Machine {
  const { driver, boot, firmware, cpus, memory: memoryMiB, disk, network } = values
  const machineOptions = vsphereMachineOptionsOf(values)
  const problems = machineProblems({ driver, boot, firmware, memoryMiB, network, options: machineOptions })
  if (problems.length > 0) {
    const told = problems.map(
      ({ part, option, message }) => `${option === undefined ? `--${part}` : flagOf(option)} ${message}`,
    )
    throw new Failure('usage.invalid', told.join('\n  '))
  }
  if (disk % 1024 !== 0) throw new Failure('usage.invalid', '--disk: expected whole GiB')
  return {
    ...{ driver, boot, firmware, cpus, memoryMiB, machineOptions },
    diskGiB: disk / 1024,
    ...(network === undefined ? {} : { network }),
  }
}
