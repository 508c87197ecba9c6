import type { HostView } from '../../../../src/contract/hosts.ts'
import { PHASES, type Phase } from '../../../../src/domain/phase.ts'
import { type FleetSearch, phasesIn } from './fleet-search.ts'
import { isMoving, isStuck, rateOf } from './host-progress.ts'

/** The hosts of the view, by the same rules as `GET /hosts` has for each filter. */
export function filterHosts(hosts: readonly HostView[], search: FleetSearch): readonly HostView[] {
  const phases = phasesIn(search.phase)
  return filterButPhase(hosts, search).filter(
    (host) => (phases.length === 0 || phases.includes(host.phase)) && (!search.stuck || isStuck(host)),
  )
}

/** Those of which the phases are counted: choosing one phase does not make the others look empty. */
export function filterButPhase(
  hosts: readonly HostView[],
  { text = '', profile, label }: FleetSearch,
): readonly HostView[] {
  const wanted = text.trim().toLowerCase()
  const wantedLabel = label === undefined ? undefined : labelIn(label)
  return hosts.filter(
    (host) =>
      (profile === undefined || host.profile === profile) &&
      (!wantedLabel || hasLabel(host, wantedLabel)) &&
      (wanted === '' || placesOf(host).some((place) => place?.toLowerCase().includes(wanted))),
  )
}

function placesOf({ name, address, mac, uuid, labels }: HostView): readonly (string | undefined)[] {
  return [name, address, mac, uuid, ...Object.values(labels)]
}

interface WantedLabel {
  readonly key: string
  readonly value?: string
}

function labelIn(text: string): WantedLabel {
  const [key = '', ...value] = text.split('=')
  return value.length > 0 ? { key, value: value.join('=') } : { key }
}

function hasLabel({ labels }: HostView, { key, value }: WantedLabel): boolean {
  return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value)
}

interface FleetCounts {
  readonly all: number
  readonly moving: number
  readonly stuck: number
  /** Only phases that hosts are in. */
  readonly phases: readonly (readonly [Phase, number])[]
  /** Bytes per second to all of them. */
  readonly rate: number
  readonly downloading: number
}

export function countsOf(hosts: readonly HostView[], now: number): FleetCounts {
  const byPhase = new Map<Phase, number>()
  let [moving, stuck, rate, downloading] = [0, 0, 0, 0]
  for (const host of hosts) {
    byPhase.set(host.phase, (byPhase.get(host.phase) ?? 0) + 1)
    if (isMoving(host)) moving += 1
    if (isStuck(host)) stuck += 1
    const flowing = rateOf(host, now)
    rate += flowing
    if (flowing > 0) downloading += 1
  }
  const phases = PHASES.flatMap((phase) => {
    const count = byPhase.get(phase)
    return count === undefined ? [] : [[phase, count] as const]
  })
  return { all: hosts.length, moving, stuck, phases, rate, downloading }
}

/** The phases of hosts that are under way. */
export const MOVING_PHASES: readonly Phase[] = PHASES.filter((phase) => isMoving({ phase }))

/** What can be chosen of: profiles, and labels as KEY and KEY=VALUE. */
export function choicesOf(hosts: readonly HostView[]): {
  readonly profiles: readonly string[]
  readonly labelKeys: readonly string[]
  readonly labels: readonly string[]
} {
  const profiles = new Set<string>()
  const keys = new Set<string>()
  const pairs = new Set<string>()
  for (const { profile, labels } of hosts) {
    if (profile !== undefined) profiles.add(profile)
    for (const [key, value] of Object.entries(labels)) {
      keys.add(key)
      pairs.add(`${key}=${value}`)
    }
  }
  return {
    profiles: [...profiles].sort(),
    labelKeys: [...keys].sort(),
    labels: [...keys, ...pairs].sort(),
  }
}
