import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../adapters/files-node/find-program.ts'
import { readFirmwareFiles } from '../../adapters/firmware-files/firmware-files.ts'
import { reachableAddresses } from '../../adapters/host-network/interface-address.ts'
import { describePortHolder } from '../../adapters/host-network/port-holder.ts'
import { tryPort } from '../../adapters/host-network/try-port.ts'
import { createQemuHost } from '../../adapters/hypervisor-qemu/qemu-host.ts'
import { findEfiFirmware } from '../../adapters/hypervisor-qemu/tools.ts'
import { createMediaBuilder } from '../../adapters/media-xorriso/media-builder.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import { isLoopback } from '../../domain/plain-address.ts'
import type { Log } from '../../ports/log.ts'
import { describeFirmware } from '../../services/netboot/describe-firmware.ts'
import { DEFAULT_BOOT_PORT } from '../base-url.ts'
import type { BootTlsOptions } from '../boot-tls.ts'
import { cacheDirectory, ipxeDirectories } from '../environment.ts'
import { examineBootTls, examineSignedIpxe } from './examine-boot-tls.ts'
import type { HeldDirectory } from './held-directory.ts'

export interface MachineExamination {
  readonly dataDirectory: string
  readonly held: HeldDirectory
  /** `ADDRESS:PORT` on which this very process answers hosts. */
  readonly listening?: string | undefined
  readonly bootHost?: string | undefined
  readonly bootPort?: number | undefined
  readonly ipxeDirectory?: string | undefined
  /** HTTPS for hosts, as it would be given to a server; without it, that of the data directory if one was made. */
  readonly bootTls?: BootTlsOptions | undefined
  /** Machines shall run here, so what that takes has to be there. */
  readonly needsQemu: boolean
  readonly log: Log
}

/** The oldest Node.js that everything here runs on (package.json, `engines`). */
const NODE = [24, 11] as const

/** Looks at this computer, one thing after the other; changes nothing. */
export async function* examineMachine(
  options: MachineExamination,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  yield examineNode(process.versions.node)
  yield options.held.finding
  yield await examinePort(options)
  yield examineAddresses(reachableAddresses())
  yield* examineIpxe(options, signal)
  yield* examineFirmware(options)
  yield* examineBootTls(options)
  yield* examineSignedIpxe(options)
  yield await examineTool('xorriso', 'xorriso')
  yield await examineTool('mcopy', 'mtools')
  yield* examineQemu(options)
}

/** Of a version such as `24.11.0`. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
  const name = 'Node.js'
  if (isNew) return { name, verdict: 'good', detail: version }
  return {
    name,
    verdict: 'bad',
    detail: `${version}; at least ${NODE.join('.')} is needed`,
    remedy: 'install a newer one',
  }
}

async function examinePort({
  bootHost = '0.0.0.0',
  bootPort = DEFAULT_BOOT_PORT,
  held: { holder },
  listening,
}: MachineExamination): Promise<Finding> {
  const name = 'boot port'
  if (listening !== undefined) return { name, verdict: 'good', detail: `this server listens on ${listening}` }
  const where = `${bootHost}:${bootPort}`
  const result = await tryPort(bootHost, bootPort)
  if (result === 'free') return { name, verdict: 'good', detail: `${where} is free` }
  const remedy = 'choose another with --boot-port'
  if (result !== 'EADDRINUSE')
    return { name, verdict: 'bad', detail: `${where} cannot be used: ${result}`, remedy }
  const who = await describePortHolder(bootPort)
  if (holder !== undefined && who?.includes(`(pid ${holder})`))
    return { name, verdict: 'good', detail: `${where} is held by our own process ${holder}` }
  return { name, verdict: 'bad', detail: `${where} is in use by ${who ?? 'another process'}`, remedy }
}

/** Of the addresses of this computer. */
export function examineAddresses(addresses: readonly string[]): Finding {
  const name = 'own addresses'
  const others = addresses.filter((address) => !isLoopback(address))
  if (others.length > 0) return { name, verdict: 'good', detail: others.join(', ') }
  return {
    name,
    verdict: 'warning',
    detail: 'only loopback: no other computer reaches this one',
    remedy: 'connect it to the network of the hosts',
  }
}

/** What machines are handed that boot from the network. */
async function* examineFirmware({ ipxeDirectory, log }: MachineExamination): AsyncIterable<Finding> {
  const catalogue = await readFirmwareFiles({ directories: ipxeDirectories(ipxeDirectory), log })
  const { offered, problems } = describeFirmware(catalogue)
  const name = 'firmware images'
  if (offered.length > 0) yield { name, verdict: 'good', detail: offered.join('; ') }
  for (const problem of problems) {
    const [detail = '', ...remedy] = problem.split('; ')
    yield { name, verdict: 'warning', detail, remedy: remedy.join('; ') }
  }
}

async function* examineIpxe(
  { ipxeDirectory, log }: MachineExamination,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const builder = createMediaBuilder({
    cacheDirectory: join(cacheDirectory(), 'media'),
    ipxeDirectories: ipxeDirectories(ipxeDirectory),
    log,
  })
  for (const firmware of ['bios', 'uefi'] as const) {
    const name = `iPXE for ${firmware === 'bios' ? 'BIOS' : 'UEFI'}`
    try {
      const { version, isoPath } = await builder.findIpxe(firmware, signal)
      yield { name, verdict: 'good', detail: `${version}, ${isoPath}; chains by itself` }
    } catch (error) {
      signal.throwIfAborted()
      yield failed(name, error, firmware === 'uefi' && isFailure(error, 'ipxe.too-old') ? 'warning' : 'bad')
    }
  }
}

async function examineTool(name: string, debianPackage: string): Promise<Finding> {
  const path = await findProgram(name)
  if (path) return { name, verdict: 'good', detail: path }
  const detail = 'is missing; boot media are built with it'
  return { name, verdict: 'bad', detail, remedy: `apt-get install ${debianPackage}` }
}

async function* examineQemu({ needsQemu }: MachineExamination): AsyncIterable<Finding> {
  const missing = needsQemu ? 'bad' : 'warning'
  // What is found out holds for this look only: the data directory is somebody else's at the moment, or not there.
  await using directory = await mkdtempDisposable(join(tmpdir(), 'edgeboot-doctor-'))
  const host = createQemuHost(directory.path)
  try {
    yield { name: 'QEMU', verdict: 'good', detail: await host.version() }
  } catch (error) {
    yield failed('QEMU', error, missing)
    return
  }
  const { acceleration, reason } = await host.acceleration()
  yield acceleration === 'kvm'
    ? { name: 'acceleration', verdict: 'good', detail: 'KVM' }
    : { name: 'acceleration', verdict: 'warning', detail: `none, machines are emulated and slow: ${reason}` }
  const image = await findProgram('qemu-img')
  yield image
    ? { name: 'qemu-img', verdict: 'good', detail: image }
    : { name: 'qemu-img', verdict: missing, detail: 'is missing', remedy: 'apt-get install qemu-utils' }
  try {
    yield { name: 'UEFI firmware', verdict: 'good', detail: findEfiFirmware().codePath }
  } catch (error) {
    yield failed('UEFI firmware', error, 'warning')
  }
}

function failed(name: string, error: unknown, verdict: 'bad' | 'warning' = 'bad'): Finding {
  if (!isFailure(error)) throw error
  return { name, verdict, detail: error.message }
}
