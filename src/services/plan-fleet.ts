import type { DesiredFleet, DesiredHost, DesiredMachine } from '../domain/desired-fleet.ts'
import type { Host } from '../domain/host.ts'
import type { Life } from '../domain/life.ts'
import { isBefore } from '../domain/phase.ts'
import { VSPHERE_PLACES } from '../domain/vsphere-options.ts'
import type { PlannedChange } from '../ports/control/fleet-desk.ts'
import { differencesOf } from './enrol-hosts.ts'

/** The difference between two wishes, and between the wish and the hosts that are there. */
export interface FleetDifference {
  readonly changes: readonly PlannedChange[]
  readonly unchanged: number
}

/** More sentences than these about one object help nobody. */
const MAX_SENTENCES = 20
/** Characters of a place that are shown. */
const MAX_PLACE = 120

/**
 * What making `next` so would change. Hosts no longer asked for are kept unless `prune`. Pure: nothing is done.
 */
export function planFleet(
  before: DesiredFleet,
  next: DesiredFleet,
  known: (name: string) => { readonly host: Host; readonly life: Life } | undefined,
  options: { readonly prune: boolean; readonly localUiPort: (host: string) => number },
): FleetDifference {
  const changes: PlannedChange[] = []
  let unchanged = 0
  const had = new Map(before.hosts.map((host) => [host.name, host]))
  const wanted = new Set(next.hosts.map(({ name }) => name))
  for (const host of next.hosts) {
    const state = known(host.name)
    const what = state
      ? changesOf(had.get(host.name), host, state, options.localUiPort(host.name))
      : [creation(host)]
    if (what.length === 0) unchanged += 1
    else changes.push({ kind: state ? 'update' : 'create', object: 'host', name: host.name, what })
  }
  for (const { name } of before.hosts) {
    if (!wanted.has(name)) changes.push(orphan(name, options.prune))
  }
  for (const object of ['installer', 'profile'] as const) {
    const compared = compareNamed(object, before[`${object}s`], next[`${object}s`], options.prune)
    changes.push(...compared.changes)
    unchanged += compared.unchanged
  }
  if (
    JSON.stringify([before.unknownHosts, before.maxParallel]) !==
    JSON.stringify([next.unknownHosts, next.maxParallel])
  ) {
    const what = [
      `unknown hosts: ${next.unknownHosts.policy}; at most ${next.maxParallel ?? 'all'} at a time`,
    ]
    changes.push({ kind: 'update', object: 'policy', name: 'fleet', what })
  }
  return { changes, unchanged }
}

function creation({ machine, profile, installer, match }: DesiredHost): string {
  const from = `installed from ${installer}${profile ? `, profile ${profile}` : ''}`
  if (machine) return `a machine is created with ${machine.driver}${placeOf(machine)} and ${from}`
  const by = Object.entries(match).map(([key, value]) => `${key} ${value}`)
  return `recognised by ${by.join(', ') || 'nothing'} and ${from} when it is armed`
}

/** Where a machine goes that could go to many places, as far as it is asked for. */
function placeOf({ driver, network, options }: DesiredMachine): string {
  if (driver !== 'vsphere') return ''
  const places = VSPHERE_PLACES.flatMap((place) => {
    const where = options[place]
    return where === undefined ? [] : [`${place} ${where.slice(0, MAX_PLACE)}`]
  })
  if (network !== undefined) places.push(`network ${network.slice(0, MAX_PLACE)}`)
  return ` (${[...places, ...(places.length < VSPHERE_PLACES.length ? ['otherwise where the server is set up for'] : [])].join(', ')})`
}

function changesOf(
  had: DesiredHost | undefined,
  wish: DesiredHost,
  { host, life }: { readonly host: Host; readonly life: Life },
  localUiPort: number,
): readonly string[] {
  const machine = differencesOf(host, wish, localUiPort).map(
    (difference) => `${difference}: takes effect only when the host is deleted and made anew`,
  )
  if (!had) return machine
  const keys = [
    'installer',
    'profile',
    'kernelArgs',
    'userData',
    'ready',
    'localBoot',
    'bootFile',
    'approve',
    'bootScheme',
    'secureBoot',
    'timeouts',
    'readyWithinMs',
    'phoneHome',
    'match',
    'labels',
  ] as const
  const others = keys
    .filter((key) => JSON.stringify(had[key]) !== JSON.stringify(wish[key]))
    .map((key) => sentence(key, had, wish, life))
  return [...machine, ...others].slice(0, MAX_SENTENCES)
}

function sentence(key: keyof DesiredHost, had: DesiredHost, wish: DesiredHost, life: Life): string {
  const installed = !isBefore(life.phase, 'config')
  const when = installed ? `; takes effect with edgeboot host reinstall ${wish.name}` : ''
  switch (key) {
    case 'userData':
      return `its user-data changes${when}`
    case 'installer':
      return `its installer changes from ${had.installer} to ${wish.installer}${when}`
    case 'kernelArgs':
      return `its kernel arguments change${when}`
    default:
      return `${key} changes`
  }
}

function orphan(name: string, prune: boolean): PlannedChange {
  return prune
    ? { kind: 'remove', object: 'host', name, what: ['its machine and everything known of it are removed'] }
    : { kind: 'keep', object: 'host', name, what: ['no longer asked for; kept, --prune would remove it'] }
}

function compareNamed(
  object: 'installer' | 'profile',
  before: readonly { readonly name: string }[],
  next: readonly { readonly name: string }[],
  prune: boolean,
): FleetDifference {
  const changes: PlannedChange[] = []
  let unchanged = 0
  const had = new Map(before.map((one) => [one.name, JSON.stringify(one)]))
  for (const one of next) {
    const text = had.get(one.name)
    if (text === JSON.stringify(one)) unchanged += 1
    else changes.push({ kind: text ? 'update' : 'create', object, name: one.name, what: [] })
  }
  const wanted = new Set(next.map(({ name }) => name))
  for (const { name } of before.filter((one) => !wanted.has(one.name))) {
    changes.push({ kind: prune ? 'remove' : 'keep', object, name, what: [] })
  }
  return { changes, unchanged }
}
