import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { MachineSpec, PowerCause } from '../../domain/machine.ts'

/** A TCP port of the guest and the port of this machine that leads to it. */
export interface Forward {
  readonly guest: number
  readonly host: number
}

/** What is kept of one machine in its directory. */
export interface MachineFiles {
  readonly directory: string
  readonly disk: string
  readonly serialLog: string
  readonly qemuLog: string
  readonly efiVariables: string
  readonly socket: string
}

/** A unix socket path may have 107 characters (Linux, `sockaddr_un`). */
const MAX_SOCKET_PATH = 100

export function filesOf(directory: string): MachineFiles {
  const inside = join(directory, 'qmp.sock')
  return {
    directory,
    disk: join(directory, 'disk.qcow2'),
    serialLog: join(directory, 'serial.log'),
    qemuLog: join(directory, 'qemu.log'),
    efiVariables: join(directory, 'efi-variables.fd'),
    socket: inside.length <= MAX_SOCKET_PATH ? inside : shortSocket(directory),
  }
}

function shortSocket(directory: string): string {
  const runtime = join(process.env['XDG_RUNTIME_DIR'] || tmpdir(), `edgeboot-${process.getuid?.() ?? 0}`)
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  return join(runtime, `${createHash('sha256').update(directory).digest('hex').slice(0, 20)}.sock`)
}

const SPEC_FILE = z.object({
  version: z.literal(1),
  // Written by this program only; the spec was checked before it was written.
  spec: z.custom<MachineSpec>((value) => typeof value === 'object' && value !== null && 'uuid' in value),
  forwards: z.array(z.strictObject({ guest: z.int(), host: z.int() })),
})

const PROCESS_FILE = z.strictObject({ pid: z.int().min(2), startTime: z.string() })

const CAUSES = ['asked', 'guest-shutdown', 'guest-panic', 'lost'] as const

/** The spec is written last, so a directory without one is a machine that was never finished. */
export function readSpec(directory: string): z.infer<typeof SPEC_FILE> | undefined {
  return readJson(join(directory, 'spec.json'), SPEC_FILE)
}

export function writeSpec(directory: string, spec: MachineSpec, forwards: readonly Forward[]): void {
  writeWhole(join(directory, 'spec.json'), JSON.stringify({ version: 1, spec, forwards }, null, 2))
}

export function readProcess(directory: string): z.infer<typeof PROCESS_FILE> | undefined {
  return readJson(join(directory, 'process.json'), PROCESS_FILE)
}

export function writeProcess(directory: string, process: z.infer<typeof PROCESS_FILE>): void {
  writeWhole(join(directory, 'process.json'), JSON.stringify(process))
}

/** Why the machine was last off, as far as anybody knows. */
export function readCause(directory: string): PowerCause {
  const text = readText(join(directory, 'off-cause'))
  return CAUSES.find((cause) => cause === text) ?? 'unknown'
}

/** `undefined`: the machine is on; whatever ends it now was not announced. */
export function writeCause(directory: string, cause: (typeof CAUSES)[number] | undefined): void {
  writeWhole(join(directory, 'off-cause'), cause ?? '')
}

export function readMedia(directory: string): string | undefined {
  return readText(join(directory, 'media')) || undefined
}

export function writeMedia(directory: string, path: string | undefined): void {
  writeWhole(join(directory, 'media'), path ?? '')
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Failure(
      'driver.refused',
      `${path} is damaged; delete the host, or repair the file`,
      { path },
      error,
    )
  }
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
