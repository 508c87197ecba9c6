import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { isMachineName, type MachineSpec } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { MachineDriver } from '../../ports/machine-driver.ts'
import { probeAcceleration } from './acceleration.ts'
import { filesOf, readSpec, writeSpec } from './machine-directory.ts'
import { createQemuMachine, type QemuMachine } from './qemu-machine.ts'
import { chooseForwards } from './start-qemu.ts'
import { createThinDisk, findEfiFirmware, qemuVersion } from './tools.ts'

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
  const machines = new Map<string, QemuMachine>()
  let probing: ReturnType<typeof probeAcceleration> | undefined
  const acceleration = () => {
    probing ??= probeAcceleration(directory)
    return probing
  }

  function directoryOf(name: string): string {
    if (!isMachineName(name))
      throw new Failure('usage.invalid', `${JSON.stringify(name.slice(0, 80))} is no machine name`)
    return join(directory, name)
  }

  function machine(name: string, spec: MachineSpec): QemuMachine {
    const known = machines.get(name)
    if (known) return known
    const made = createQemuMachine(directoryOf(name), spec, { log, acceleration })
    machines.set(name, made)
    return made
  }

  async function make(path: string, spec: MachineSpec): Promise<void> {
    const files = filesOf(path)
    // Without a spec it was never finished: whatever is there was left by a process that was killed.
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { mode: 0o700 })
    await createThinDisk(files.disk, spec.diskGiB)
    if (spec.firmware === 'uefi') copyFileSync(findEfiFirmware().variablesPath, files.efiVariables)
    writeSpec(path, spec, spec.network.kind === 'user' ? await chooseForwards(spec.probePorts) : [])
  }

  return {
    kind: 'qemu',
    can: { typeKeys: true, screenshot: true, forwardPorts: true },
    describe: async () => {
      const version = await qemuVersion()
      const { acceleration: kind, reason } = await acceleration()
      return `QEMU ${version}, ${kind === 'kvm' ? 'with KVM' : `emulated (${reason})`}`
    },
    serverAddress: ({ network }) => (network.kind === 'user' ? HOST_SEEN_BY_GUEST : undefined),
    create: async (spec) => {
      const path = directoryOf(spec.name)
      const known = readSpec(path)
      if (known) requireSame(known.spec, spec)
      else await make(path, spec)
      return machine(spec.name, spec)
    },
    find: async (name) => {
      const known = readSpec(directoryOf(name))
      return known ? machine(name, known.spec) : undefined
    },
    delete: async (name) => {
      const path = directoryOf(name)
      if (!existsSync(path)) return
      const known = readSpec(path)
      if (known) await machine(name, known.spec).destroy()
      machines.delete(name)
      rmSync(path, { recursive: true, force: true })
    },
    [Symbol.asyncDispose]: async () => {
      for (const known of machines.values()) known.detach()
    },
  }
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
