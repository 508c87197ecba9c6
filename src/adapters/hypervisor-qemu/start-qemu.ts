import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../domain/failure.ts'
import type { MachineSpec } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { AccelerationChoice } from './acceleration.ts'
import { type Forward, type MachineFiles, readSpec, writeProcess, writeSpec } from './machine-directory.ts'
import { qemuArguments } from './qemu-arguments.ts'
import { identifyProcess } from './qemu-process.ts'
import { findEfiFirmware, QEMU } from './tools.ts'

/** Other ports are tried this often when somebody took the ones that were chosen. */
const PORT_ATTEMPTS = 3
/** A QEMU that refuses its command line does so within this time. Milliseconds. */
const REFUSAL_MS = 300

/**
 * Starts the machine's process so that it outlives this one. Failure `machine.start-failed` with QEMU's own words
 * and what to do.
 */
export async function startQemu(input: {
  readonly spec: MachineSpec
  readonly files: MachineFiles
  readonly mediaPath: string | undefined
  readonly choice: AccelerationChoice
  readonly log: Log
}): Promise<void> {
  const { spec, files, mediaPath, choice, log } = input
  requireMemory(spec)
  const efi = spec.firmware === 'uefi' ? findEfiFirmware() : undefined
  let forwards: readonly Forward[] = readSpec(files.directory)?.forwards ?? []
  for (let attempt = 1; ; attempt += 1) {
    const args = qemuArguments({ spec, files, forwards, mediaPath, acceleration: choice.acceleration, efi })
    const complaint = await launch(args, files)
    if (complaint === undefined) {
      log.debug({ machine: spec.name, acceleration: choice.acceleration }, 'QEMU started')
      return
    }
    const isPort = /host forwarding|Address already in use/i.test(complaint)
    if (!isPort || attempt >= PORT_ATTEMPTS) throw startFailed(spec, complaint)
    forwards = await chooseForwards(spec.probePorts)
    writeSpec(files.directory, spec, forwards)
  }
}

/** A free port of this machine's loopback for each port of the guest. */
export async function chooseForwards(ports: readonly number[]): Promise<readonly Forward[]> {
  const forwards: Forward[] = []
  for (const guest of ports) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address) forwards.push({ guest, host: address.port })
    server.close()
    await once(server, 'close')
  }
  return forwards
}

/** What QEMU complained of, or nothing when it runs. */
async function launch(args: readonly string[], files: MachineFiles): Promise<string | undefined> {
  rmSync(files.socket, { force: true })
  const out = openSync(files.qemuLog, 'w', 0o600)
  let child: ChildProcess
  try {
    child = spawn(QEMU, args, { detached: true, stdio: ['ignore', out, out], cwd: files.directory })
  } finally {
    closeSync(out)
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', () => resolve(''))
  })
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid)
  if (identity) writeProcess(files.directory, identity)
  const outcome = await Promise.race([ended, sleep(REFUSAL_MS, undefined)])
  child.unref()
  if (outcome === undefined) return undefined
  return outcome || readFileSync(files.qemuLog, 'utf8').trim().slice(-1000) || 'it ended without a word'
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
