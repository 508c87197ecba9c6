import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { MachineSpec } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import { chooseForwards } from './choose-forwards.ts'
import { endQemu } from './end-qemu.ts'
import {
  type MachineFiles,
  readMedia,
  readSpec,
  writeCause,
  writeProcess,
  writeSpec,
} from './machine-directory.ts'
import { qemuArguments } from './qemu-arguments.ts'
import type { QemuHost } from './qemu-host.ts'
import { identifyProcess, isAlive } from './qemu-process.ts'
import { findEfiFirmware, QEMU } from './tools.ts'

/** Other ports are tried this often when somebody took the ones that were chosen. */
const PORT_ATTEMPTS = 3

/**
 * Starts the machine's process so that it outlives this one, and returns as soon as it runs. Failure
 * `machine.start-failed` with QEMU's own words and what to do.
 */
export async function startQemu(input: {
  readonly spec: MachineSpec
  readonly files: MachineFiles
  readonly host: QemuHost
  readonly log: Log
  /** Last word before the process is made; throws when it shall not be. */
  readonly mayStart: () => void
  /** Waits until QEMU answers over its monitor: true, or false when its process has ended before. */
  readonly hasAnswered: () => Promise<boolean>
}): Promise<void> {
  const { spec, files, host, log, mayStart, hasAnswered } = input
  requireMemory(spec)
  const efi = spec.firmware === 'uefi' ? findEfiFirmware() : undefined
  await host.version()
  const { acceleration } = await host.acceleration()
  const sandbox = await host.sandbox()
  const media = readMedia(files.directory)
  for (let attempt = 1; ; attempt += 1) {
    mayStart()
    const forwards = readSpec(files.directory)?.forwards ?? []
    const args = qemuArguments({ spec, files, forwards, media, acceleration, efi, sandbox })
    const complaint = await launch(args, files, hasAnswered)
    if (complaint === undefined) {
      log.debug({ machine: spec.name, acceleration, sandbox }, 'QEMU started')
      return
    }
    const isPort = /host forwarding|Address already in use/i.test(complaint)
    if (!isPort || attempt >= PORT_ATTEMPTS) throw startFailed(spec, complaint)
    writeSpec(files.directory, spec, await chooseForwards(spec.probePorts))
  }
}

/** What QEMU complained of, or nothing when it runs. */
async function launch(
  args: readonly string[],
  files: MachineFiles,
  hasAnswered: () => Promise<boolean>,
): Promise<string | undefined> {
  // From here on whoever comes after us looks for a process, noted or not.
  writeCause(files.directory, undefined)
  const out = openSync(files.qemuLog, 'w', 0o600)
  const child = (() => {
    try {
      return spawn(QEMU, args, {
        detached: true,
        stdio: ['ignore', out, out],
        cwd: files.directory,
        env: machineEnvironment(),
      })
    } finally {
      closeSync(out)
    }
  })()
  const failed = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)))
  if (child.pid === undefined) return failed
  child.unref()
  const identity = identifyProcess(child.pid)
  if (identity) writeProcess(files.directory, identity)
  try {
    // Let go of while it starts: it goes on, and is found by whoever asks next.
    if ((await hasAnswered()) || isAlive(identity)) return undefined
  } catch (error) {
    // What does not answer cannot be used, and must not run on unseen.
    await endQemu(identity)
    if (isFailure(error)) return `it was ended again, because it did not answer: ${error.message}`
    throw error
  }
  return readFileSync(files.qemuLog, 'utf8').trim().slice(-1000) || 'it ended without a word'
}

function requireMemory(spec: MachineSpec): void {
  const hostMiB = Math.floor(totalmem() / 1024 / 1024)
  if (spec.memoryMiB <= hostMiB) return
  throw new Failure(
    'machine.start-failed',
    `${spec.name} is to have ${spec.memoryMiB} MiB of memory, but this machine has ${hostMiB} MiB in all; choose less with --memory`,
    { memoryMiB: spec.memoryMiB, hostMiB },
  )
}

function startFailed(spec: MachineSpec, complaint: string): Failure {
  const last = complaint.split('\n').slice(-3).join(' / ')
  const advice = /allocate memory/i.test(complaint)
    ? '; there is not enough memory free: choose less with --memory'
    : /bridge|tap/i.test(complaint) && spec.network.kind !== 'user'
      ? '; look at --network: the device must exist, and bridges need qemu-bridge-helper allowed in /etc/qemu/bridge.conf'
      : ''
  return new Failure('machine.start-failed', `QEMU does not start ${spec.name}: ${last}${advice}`)
}

/** A machine outlives us: of our environment, in which there may be keys and passwords, it gets what it needs. */
function machineEnvironment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const
  return Object.fromEntries(needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}
