import { PHASES, type Phase } from '../../../../src/domain/phase.ts'
import { isColumn, type Sort } from './sort-hosts.ts'

/** What the fleet page keeps in its address, so that a view can be sent to somebody. Texts, so that it can be read. */
export interface FleetSearch {
  readonly text?: string
  /** Phases with commas between them. */
  readonly phase?: string
  readonly profile?: string
  /** KEY or KEY=VALUE. */
  readonly label?: string
  /** `stuck=yes`: only hosts that do not get on. */
  readonly stuck?: 'yes'
  /** `profile`, `phase` or `label:KEY`. */
  readonly group?: string
  /** Groups that are closed, each encoded, with commas between them. */
  readonly closed?: string
  /** A column; `-` before it: from the end. */
  readonly sort?: string
}

/** Longer than any of them needs to be, so that an address cannot be made to hurt. */
const MAX_LENGTH = { text: 256, profile: 128, label: 320, group: 128, closed: 4096 }

/** Reads the address; what makes no sense in it is left out. */
export function parseFleetSearch(search: Readonly<Record<string, unknown>>): FleetSearch {
  const phases = phasesIn(textOf(search['phase']))
  const sort = textOf(search['sort'])
  const group = textOf(search['group'])
  return {
    ...kept('text', textOf(search['text'])),
    ...(phases.length > 0 ? { phase: phases.join(',') } : {}),
    ...kept('profile', textOf(search['profile'])),
    ...kept('label', textOf(search['label'])),
    ...(textOf(search['stuck']) === 'yes' ? { stuck: 'yes' as const } : {}),
    ...(/^(profile|phase|label:.+)$/u.test(group) ? kept('group', group) : {}),
    ...kept('closed', textOf(search['closed'])),
    ...(sortIn(sort) ? { sort } : {}),
  }
}

function kept(name: keyof typeof MAX_LENGTH, text: string): FleetSearch {
  return text === '' ? {} : { [name]: text.slice(0, MAX_LENGTH[name]) }
}

/** The router reads `text=42` as a number. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** The phases of the address, in order of a host's life. */
export function phasesIn(text = ''): readonly Phase[] {
  const wanted = text.split(',')
  return PHASES.filter((phase) => wanted.includes(phase))
}

export function sortIn(text = ''): Sort | undefined {
  const isDescending = text.startsWith('-')
  const column = isDescending ? text.slice(1) : text
  return isColumn(column) ? { column, isDescending } : undefined
}

export function closedIn(text = ''): ReadonlySet<string> {
  return new Set(text.split(',').filter(Boolean).map(decoded))
}

export function closedText(closed: ReadonlySet<string>): string | undefined {
  const text = [...closed].map(encodeURIComponent).join(',')
  return text === '' ? undefined : text
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
