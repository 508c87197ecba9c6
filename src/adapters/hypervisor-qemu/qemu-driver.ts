import { copyFileSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createTurns } from '../../domain/async/turns.ts'
import { Failure } from '../../domain/failure.ts'
import { isMachineName, type MachineSpec } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { MachineDriver } from '../../ports/machine-driver.ts'
import { chooseForwards } from './choose-forwards.ts'
import { endQemu } from './end-qemu.ts'
import { searchProcess } from './find-process.ts'
import { filesOf, readProcess, readSpec, writeSpec } from './machine-directory.ts'
import { claimMachineDirectory, removeMachineDirectory, requireOurs } from './machine-owner.ts'
import { createQemuHost } from './qemu-host.ts'
import { createQemuMachine, type QemuMachine } from './qemu-machine.ts'
import { createThinDisk, findEfiFirmware } from './tools.ts'

/** Under this address user-mode guests reach this machine (QEMU, -netdev user). */
const HOST_SEEN_BY_GUEST = '10.0.2.2'

/**
 * Machines as QEMU processes of this computer, each in a directory of its own under `directory`. They outlive this
 * process and are found again. Disposing lets go of them and leaves them as they are.
 */
export async function openQemuDriver(options: {
  readonly directory: string
  readonly log: Log
}): Promise<MachineDriver> {
  const { log } = options
  const directory = resolve(options.directory)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const host = createQemuHost(directory)
  const machines = new Map<string, QemuMachine>()
  const turns = createTurns()

  function directoryOf(name: string): string {
    if (!isMachineName(name))
      throw new Failure('usage.invalid', `${JSON.stringify(name.slice(0, 80))} is no machine name`)
    return join(directory, name)
  }

  function machine(name: string, spec: MachineSpec): QemuMachine {
    const known = machines.get(name)
    if (known) return known
    const made = createQemuMachine(directoryOf(name), spec, { log, host })
    machines.set(name, made)
    return made
  }

  return {
    kind: 'qemu',
    can: { typeKeys: true, screenshot: true, seeGuestResets: true, forwardPorts: true },
    describe: async () => {
      const version = await host.version()
      const { acceleration: kind, reason } = await host.acceleration()
      return `QEMU ${version}, ${kind === 'kvm' ? 'with KVM' : `emulated (${reason})`}`
    },
    serverAddress: ({ network }) => (network.kind === 'user' ? HOST_SEEN_BY_GUEST : undefined),
    check: async ({ firmware }) => {
      await host.version()
      if (firmware === 'uefi') findEfiFirmware()
    },
    create: async (spec) => {
      const path = directoryOf(spec.name)
      return turns.take(spec.name, async () => {
        await host.version()
        const known = readSpec(path)
        if (known) requireSame(known.spec, spec)
        else {
          // Somebody may have removed the files of one we knew.
          machines.get(spec.name)?.detach()
          machines.delete(spec.name)
          await make(path, spec)
        }
        return machine(spec.name, spec)
      })
    },
    find: async (name) => {
      const path = directoryOf(name)
      return turns.take(name, async () => {
        const known = readSpec(path)
        return known ? machine(name, known.spec) : undefined
      })
    },
    delete: async (name) => {
      const path = directoryOf(name)
      return turns.take(name, async () => {
        if (!requireOurs(path)) return
        await machines.get(name)?.destroy()
        machines.delete(name)
        await remove(path)
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const known of machines.values()) known.detach()
    },
  }
}

/** Needs nothing of what is in the directory: whatever is left of a machine can be removed. */
async function remove(path: string): Promise<void> {
  await endQemu(readProcess(path))
  // One that was started by a process that was killed before it could note it.
  await endQemu(searchProcess(path))
  removeMachineDirectory(path)
}

async function make(path: string, spec: MachineSpec): Promise<void> {
  const files = filesOf(path)
  // Without a spec it was never finished: what is there was left by a process that was killed.
  if (requireOurs(path)) await remove(path)
  claimMachineDirectory(path)
  await createThinDisk(files.disk, spec.diskGiB)
  if (spec.firmware === 'uefi') copyFileSync(findEfiFirmware().variablesPath, files.efiVariables)
  writeSpec(path, spec, spec.network.kind === 'user' ? await chooseForwards(spec.probePorts) : [])
}

function requireSame(had: MachineSpec, asked: MachineSpec): void {
  const keys = Object.keys(asked) as (keyof MachineSpec)[]
  const different = keys.filter((key) => JSON.stringify(had[key]) !== JSON.stringify(asked[key]))
  if (different.length === 0) return
  throw new Failure(
    'machine.exists-differently',
    `machine ${asked.name} exists with another ${different.join(', ')}; delete it first, or choose another name`,
  )
}
