import { formatBytes } from '../size.ts'
import type { Finding } from './finding.ts'

/** Of a file system, or of memory. Bytes. */
export interface Room {
  readonly freeBytes: number
  readonly totalBytes: number
}

const MIB = 1024 * 1024
const GIB = 1024 * MIB
/** A database that cannot grow loses events. */
const LEAST_FREE = 256 * MIB
/** Boot media, pictures and logs of some hundred hosts. */
const COMFORTABLE = 2 * GIB
/** Per host: two files of log of 1 MiB each, ten pictures of its console, a serial console, boot media. */
const PER_HOST = 8 * MIB

/** Room for what a server writes besides disks: state, boot media, logs, pictures. */
export function judgeDataRoom(path: string, room: Room, hosts: number): Finding {
  const name = 'room in data directory'
  const { freeBytes, totalBytes } = room
  const grows = hosts * PER_HOST
  const beside =
    hosts === 0 ? '' : `; logs and pictures of ${countOf(hosts, 'host')} can grow to ${formatBytes(grows)}`
  const detail = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free at ${path}${beside}`
  const remedy = 'make room, or choose another place with --data-dir'
  if (freeBytes < LEAST_FREE) return { name, verdict: 'bad', detail, remedy }
  if (freeBytes < Math.max(COMFORTABLE, grows)) return { name, verdict: 'warning', detail, remedy }
  return { name, verdict: 'good', detail }
}

/** Disks of virtual machines on this computer, of which thin ones take only what was written. */
export function judgeDiskRoom(room: Room, disks: { readonly count: number; readonly gib: number }): Finding {
  const name = 'room for disks'
  const { count, gib } = disks
  const wanted = gib * GIB
  const detail =
    `${formatBytes(room.freeBytes)} are free; ${count === 1 ? 'a thin disk' : `${count} thin disks`} ` +
    `can grow to ${formatBytes(wanted)}`
  if (room.freeBytes >= wanted) return { name, verdict: 'good', detail }
  return {
    name,
    verdict: 'warning',
    detail,
    remedy: 'watch it, or choose fewer hosts, smaller disks or another --data-dir',
  }
}

/** Memory of virtual machines on this computer when all run at once. */
export function judgeMachineMemory(
  room: Room,
  machines: {
    readonly count: number
    readonly mib: number
    /** Some of them run already, and what they take is not free any more. */
    readonly mayRun: boolean
  },
): Finding {
  const name = 'memory for machines'
  const wanted = machines.mib * MIB
  const detail =
    `${countOf(machines.count, 'machine')} ${machines.count === 1 ? 'takes' : 'take'} up to ${formatBytes(wanted)}; ` +
    `${formatBytes(room.freeBytes)} of ${formatBytes(room.totalBytes)} are free here`
  if (wanted <= (machines.mayRun ? room.totalBytes : room.freeBytes)) return { name, verdict: 'good', detail }
  const remedy = 'run fewer at a time (--concurrency, maxParallel), or give each less with --memory'
  return { name, verdict: 'warning', detail, remedy }
}

/** What is planned to be installed from one ISO. */
export interface PlannedMemory {
  readonly installer: string
  /** Least memory with which it can be installed from. */
  readonly floorMiB: number
  readonly hosts: readonly { readonly name: string; readonly memoryMiB?: number | undefined }[]
}

const SHOWN_HOSTS = 5

/** Root file systems are kept in memory as a whole; a host with less fails late and says little. */
export function judgeHostMemory({ installer, floorMiB, hosts }: PlannedMemory): Finding {
  const name = `memory for ${installer}`
  const needs = `hosts need ${floorMiB} MiB to install from it`
  const poor = hosts.filter(({ memoryMiB }) => memoryMiB !== undefined && memoryMiB < floorMiB)
  const unknown = hosts.filter(({ memoryMiB }) => memoryMiB === undefined).length
  if (poor.length > 0) {
    const shown = poor.slice(0, SHOWN_HOSTS).map((host) => `${host.name} ${host.memoryMiB} MiB`)
    const more = poor.length > shown.length ? ` and ${poor.length - shown.length} more` : ''
    const remedy = `give them at least ${floorMiB} MiB`
    return { name, verdict: 'bad', detail: `${needs}; too little: ${shown.join(', ')}${more}`, remedy }
  }
  const told = hosts.length - unknown
  const has = told === 0 ? '' : `, and ${told === 1 ? 'it has' : `all ${told} have`} that`
  const rest = unknown === 0 ? '' : `; of ${countOf(unknown, 'host')} nobody knows`
  return { name, verdict: 'good', detail: `${needs}${has}${rest}` }
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
