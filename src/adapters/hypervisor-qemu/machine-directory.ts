import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { MachineSpec, PowerCause } from '../../domain/machine.ts'
import { readBootId } from './boot-id.ts'

/** A TCP port of the guest and the port of this machine that leads to it. */
export interface Forward {
  readonly guest: number
  readonly host: number
}

/** What is kept of one machine in its directory, which is also the working directory of its QEMU. */
export interface MachineFiles {
  readonly directory: string
  readonly disk: string
  readonly serialLog: string
  readonly qemuLog: string
  readonly efiVariables: string
}

export function filesOf(directory: string): MachineFiles {
  return {
    directory,
    disk: join(directory, 'disk.qcow2'),
    serialLog: join(directory, 'serial.log'),
    qemuLog: join(directory, 'qemu.log'),
    efiVariables: join(directory, 'efi-variables.fd'),
  }
}

const SPEC_FILE = z.object({
  version: z.literal(1),
  // Written by this program only; the spec was checked before it was written.
  spec: z.custom<MachineSpec>((value) => typeof value === 'object' && value !== null && 'uuid' in value),
  forwards: z.array(z.strictObject({ guest: z.int(), host: z.int() })),
})

/** Start times count from the boot of the computer, so they mean nothing after the next one. */
const PROCESS_FILE = z.object({ pid: z.int().min(2), startTime: z.string(), bootId: z.string().optional() })

const CAUSES = ['asked', 'guest-shutdown', 'guest-panic', 'lost'] as const

/**
 * The spec is written last, so a directory without one is a machine that was never finished. Failure
 * `driver.refused` when it is damaged.
 */
export function readSpec(directory: string): z.infer<typeof SPEC_FILE> | undefined {
  const path = join(directory, 'spec.json')
  if (!existsSync(path)) return undefined
  try {
    return SPEC_FILE.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Failure(
      'driver.refused',
      `${path} is damaged; delete the host, or repair the file`,
      { path },
      error,
    )
  }
}

export function writeSpec(directory: string, spec: MachineSpec, forwards: readonly Forward[]): void {
  writeWhole(join(directory, 'spec.json'), JSON.stringify({ version: 1, spec, forwards }, null, 2))
}

/** The process that was noted last, if the computer was not started anew since. A damaged note is none. */
export function readProcess(
  directory: string,
): { readonly pid: number; readonly startTime: string } | undefined {
  try {
    const noted = PROCESS_FILE.parse(JSON.parse(readText(join(directory, 'process.json'))))
    return noted.bootId === undefined || noted.bootId === readBootId() ? noted : undefined
  } catch {
    return undefined
  }
}

export function writeProcess(
  directory: string,
  { pid, startTime }: { readonly pid: number; readonly startTime: string },
): void {
  writeWhole(join(directory, 'process.json'), JSON.stringify({ pid, startTime, bootId: readBootId() }))
}

/** Why the machine was last off, as far as anybody knows; `undefined` when it was started and no end announced. */
export function readCause(directory: string): PowerCause | undefined {
  const path = join(directory, 'off-cause')
  const text = readText(path)
  if (text === '' && existsSync(path)) return undefined
  return CAUSES.find((cause) => cause === text) ?? 'unknown'
}

/** `undefined`: the machine is on; whatever ends it now was not announced. */
export function writeCause(directory: string, cause: PowerCause | undefined): void {
  writeWhole(join(directory, 'off-cause'), cause ?? '')
}

/** What lies in the CD drive, and whether it is booted before the disk. */
export interface Media {
  readonly path: string | undefined
  readonly first: boolean
}

/** The path in the first line; a second line says that it goes before the disk. */
export function readMedia(directory: string): Media {
  const [path, order] = readText(join(directory, 'media')).split('\n')
  return { path: path || undefined, first: order === 'first' }
}

export function writeMedia(directory: string, { path, first }: Media): void {
  writeWhole(join(directory, 'media'), `${path ?? ''}${path && first ? '\nfirst' : ''}`)
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
