/** What somebody has entered so far. It is kept for a reload, so nothing secret belongs here. */
export interface Draft {
  readonly step: Step
  /** Name of the registered one; empty as long as there is none. */
  readonly installer: string
  /** An ISO that is not registered yet, by its path on the server's machine. */
  readonly isoPath: string
  readonly place: 'made' | 'physical'
  /** Of the host, or the beginning of the names of several. */
  readonly name: string
  readonly count: number
  readonly machine: MachineDraft
  readonly known: { readonly by: KnownBy; readonly value: string }
}

export const STEPS = ['installer', 'user-data', 'where', 'review'] as const
export type Step = (typeof STEPS)[number]

const KNOWN_BY = ['mac', 'uuid', 'serial'] as const
export type KnownBy = (typeof KNOWN_BY)[number]

const BOOTS = ['media', 'typed', 'pxe'] as const
const FIRMWARES = ['bios', 'uefi'] as const

export interface MachineDraft {
  /** Empty: the first that is usable. */
  readonly driver: string
  readonly boot: (typeof BOOTS)[number]
  readonly firmware: (typeof FIRMWARES)[number]
  readonly cpus: number
  readonly memoryGiB: number
  readonly diskGiB: number
  /** Empty: what the driver takes without being told. */
  readonly network: string
  readonly options: Readonly<Record<string, string>>
}

/** Nothing entered; a machine as `edgeboot up` makes it. */
export const EMPTY_DRAFT: Draft = {
  step: 'installer',
  installer: '',
  isoPath: '',
  place: 'made',
  name: '',
  count: 1,
  machine: {
    ...{ driver: '', boot: 'media', firmware: 'bios', network: '', options: {} },
    ...{ cpus: 8, memoryGiB: 32, diskGiB: 300 },
  },
  known: { by: 'mac', value: '' },
}

/** Reads what an earlier page, or an earlier version of it, left behind; what makes no sense in it is as at the beginning. */
export function parseDraft(text: string | null): Draft {
  const kept = objectOf(jsonOf(text))
  const machine = objectOf(kept['machine'])
  const known = objectOf(kept['known'])
  const { machine: usual } = EMPTY_DRAFT
  return {
    step: oneOf(STEPS, kept['step'], EMPTY_DRAFT.step),
    installer: textOf(kept['installer']),
    isoPath: textOf(kept['isoPath']),
    place: oneOf(['made', 'physical'] as const, kept['place'], EMPTY_DRAFT.place),
    name: textOf(kept['name']),
    count: countOf(kept['count'], EMPTY_DRAFT.count),
    machine: {
      driver: textOf(machine['driver']),
      boot: oneOf(BOOTS, machine['boot'], usual.boot),
      firmware: oneOf(FIRMWARES, machine['firmware'], usual.firmware),
      cpus: countOf(machine['cpus'], usual.cpus),
      memoryGiB: countOf(machine['memoryGiB'], usual.memoryGiB),
      diskGiB: countOf(machine['diskGiB'], usual.diskGiB),
      network: textOf(machine['network']),
      options: Object.fromEntries(
        Object.entries(objectOf(machine['options'])).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
    },
    known: { by: oneOf(KNOWN_BY, known['by'], 'mac'), value: textOf(known['value']) },
  }
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4096) : ''
}

function countOf(value: unknown, usual: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : usual
}

function oneOf<T extends string>(all: readonly T[], value: unknown, usual: T): T {
  return all.find((one) => one === value) ?? usual
}
