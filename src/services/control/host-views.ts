import type { DesiredHost } from '../../domain/desired-fleet.ts'
import { circumstancesOf } from '../../domain/diagnosis/circumstances.ts'
import { diagnoseStall } from '../../domain/diagnosis/diagnosis.ts'
import { shownOptions } from '../../domain/machine-rules.ts'
import { isBefore } from '../../domain/phase.ts'
import { maskInline } from '../../domain/user-data-secrets.ts'
import type {
  DesiredHostView,
  HostDesk,
  HostDetail,
  HostFilter,
  HostView,
} from '../../ports/control/host-desk.ts'
import type { Page, PageRequest } from '../../ports/control/paging.ts'
import type { Hasher } from '../../ports/hasher.ts'
import type { HostState } from '../host-book.ts'
import { type ControlParts, requireHost } from './control-parts.ts'

/** Newest events shown with a host. */
const MAX_EVENTS = 100
const VERSION_LENGTH = 32

type ViewParts = Pick<ControlParts, 'book' | 'plans' | 'runner' | 'clock' | 'hasher' | 'store'>

/** Hosts as the control API shows them. */
export function createHostDesk(
  parts: ViewParts,
): HostDesk & { detailOf(state: HostState): Promise<HostDetail> } {
  const { book, plans, hasher, store } = parts

  async function detailOf(state: HostState): Promise<HostDetail> {
    const { host, life } = state
    const wish = plans.wish(host.name)
    const events = await store.events({ host: host.name })
    const view = {
      ...viewOf(state, parts),
      ...(wish ? { definition: definitionView(wish, hasher) } : {}),
      createdAt: host.createdAt,
      ...(host.spec ? { firmware: host.spec.firmware } : {}),
      history: life.history,
      events: events.slice(-MAX_EVENTS),
    }
    return { ...view, version: hasher.sha256(JSON.stringify(view)).slice(0, VERSION_LENGTH) }
  }

  return {
    hosts: async (filter, page) => {
      const matching = book
        .states()
        .map((state) => viewOf(state, parts))
        .filter((view) => isWanted(view, filter))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      return { ...pageOf(matching, page, ({ name }) => name), lastEventId: book.lastEventId() }
    },
    host: async (name) => detailOf(requireHost(book, name)),
    detailOf,
  }
}

/** The page of sorted items after the one whose key is `after`. */
export function pageOf<T>(
  sorted: readonly T[],
  { after, limit }: PageRequest,
  keyOf: (item: T) => string,
): Page<T> {
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(rest.length > items.length && last !== undefined ? { next: keyOf(last) } : {}) }
}

function viewOf({ host, life }: HostState, { plans, runner, clock }: ViewParts): HostView {
  const wish = plans.wish(host.name)
  const diagnosis = diagnoseStall(life, clock.now(), circumstancesOf(wish))
  const waitsFor = runner.trouble(host.name) ?? reasonToWait(wish, life, clock.now())
  return {
    name: host.name,
    ...(wish?.profile ? { profile: wish.profile } : {}),
    ...(wish ? { installer: wish.installer } : {}),
    labels: wish?.labels ?? {},
    driver: host.driver,
    phase: life.phase,
    since: life.since,
    power: life.power,
    installs: life.installs,
    lastSeen: life.lastSeen,
    ...((host.spec?.mac ?? wish?.match.mac) ? { mac: host.spec?.mac ?? wish?.match.mac } : {}),
    ...((host.spec?.uuid ?? wish?.match.uuid) ? { uuid: host.spec?.uuid ?? wish?.match.uuid } : {}),
    ...(life.address ? { address: life.address } : {}),
    ...(life.stage ? { stage: life.stage } : {}),
    transfers: life.transfers,
    ...(life.failure ? { failure: life.failure } : {}),
    ...(diagnosis ? { diagnosis } : {}),
    ...(waitsFor ? { waitsFor } : {}),
    ...(life.armedUntil === undefined ? {} : { armedUntil: life.armedUntil }),
  }
}

function reasonToWait(
  wish: DesiredHost | undefined,
  life: HostState['life'],
  now: number,
): string | undefined {
  if (!wish) return life.phase === 'ready' ? undefined : 'the fleet says nothing of it any more'
  if (!isBefore(life.phase, 'config') || life.phase === 'failed') return undefined
  if (wish.approve === 'manual' && !life.approved) return `approval: edgeboot host approve ${wish.name}`
  if (wish.machine) return life.phase === 'defined' ? 'a free place among the hosts that install' : undefined
  const isArmed = life.armedUntil !== undefined && life.armedUntil > now
  return isArmed ? undefined : `its window to be opened: edgeboot host arm ${wish.name} --for 30m`
}

/** What was asked for a host, its user-data as a digest only. */
export function definitionView(
  { userData, secretPaths: _, machine, ...rest }: DesiredHost,
  hasher: Hasher,
): DesiredHostView {
  return {
    ...rest,
    kernelArgs: {
      add: rest.kernelArgs.add.map(maskInline),
      remove: rest.kernelArgs.remove.map(maskInline),
    },
    ...(machine ? { machine: { ...machine, options: shownOptions(machine) } } : {}),
    userDataSha256: hasher.sha256(userData),
  }
}

function isWanted(view: HostView, { phase, profile, label, text }: HostFilter): boolean {
  if (phase !== undefined && view.phase !== phase) return false
  if (profile !== undefined && view.profile !== profile) return false
  if (label !== undefined) {
    const [key = '', ...value] = label.split('=')
    const has = Object.hasOwn(view.labels, key) ? view.labels[key] : undefined
    if (has === undefined || (value.length > 0 && has !== value.join('='))) return false
  }
  if (text === undefined) return true
  const wanted = text.toLowerCase()
  const places = [view.name, view.address, view.mac, view.uuid, ...Object.values(view.labels)]
  return places.some((place) => place?.toLowerCase().includes(wanted))
}
