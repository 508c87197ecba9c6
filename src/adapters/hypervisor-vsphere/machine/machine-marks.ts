import { createHash } from 'node:crypto'
import type { MachineView } from '../../../codec/vim25/machine-view.ts'
import { Failure } from '../../../domain/failure.ts'
import type { MachineSpec } from '../../../domain/machine.ts'

/** What in `extraConfig` says that a machine is ours, whose, and what it was asked to be. */
const OWNER = 'edgeboot.owner'
const HOST = 'edgeboot.host'
const SPEC = 'edgeboot.spec'

/** The marks of a machine; `owner` is the id of the data directory. */
export function marksOf(owner: string, spec: MachineSpec): Readonly<Record<string, string>> {
  return { [OWNER]: owner, [HOST]: spec.name, [SPEC]: JSON.stringify(kept(spec)) }
}

/**
 * By which a host's machine is found in one call, whatever it is called and wherever it was moved: the same for the same
 * host of the same data directory. A UUID of version 8 (RFC 9562 §5.8).
 */
export function instanceUuidOf(owner: string, name: string): string {
  const bytes = createHash('sha256').update(`edgeboot machine\0${owner}\0${name}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** True when it carries our marks for that host. */
export function isMarked({ extraConfig }: MachineView, owner: string, name: string): boolean {
  return extraConfig.get(OWNER) === owner && extraConfig.get(HOST) === name
}

/** The spec it was made by, with the addresses it has. Failure `driver.refused` when the mark is damaged. */
export function readSpec(view: MachineView, name: string): MachineSpec {
  const text = view.extraConfig.get(SPEC)
  const mac = view.cards[0]?.mac
  const spec = text === undefined ? undefined : parse(text)
  if (spec && mac && view.uuid !== '') return { ...spec, name, mac, uuid: view.uuid } as MachineSpec
  throw new Failure(
    'driver.refused',
    `machine ${view.name} of host ${name} is damaged: its ${mac ? `mark ${SPEC}` : 'network card'} is missing; ` +
      `edgeboot host delete ${name} removes it`,
  )
}

/** Failure `machine.exists-differently` naming what differs. Addresses are the hypervisor's to choose. */
export function requireSameSpec(had: MachineSpec, asked: MachineSpec): void {
  const before = kept(had)
  const now = kept(asked)
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  const different = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
  if (different.length === 0) return
  throw new Failure(
    'machine.exists-differently',
    `machine ${asked.name} exists with another ${different.join(', ')}; delete it first, or choose another name`,
  )
}

/** What of a spec is compared; two that mean the same give the same. */
function kept(spec: MachineSpec): Readonly<Record<string, unknown>> {
  const { name: _, mac, uuid: __, options = {}, assignsMac, ...rest } = spec
  const sorted = Object.entries(options).sort()
  return {
    ...rest,
    ...(sorted.length > 0 ? { options: Object.fromEntries(sorted) } : {}),
    ...(assignsMac ? { assignsMac } : { mac }),
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
