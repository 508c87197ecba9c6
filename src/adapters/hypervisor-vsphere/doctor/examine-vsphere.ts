import { childrenOf, descend, textOf } from '../../../codec/soap/xml-element.ts'
import { currentTime, readTime } from '../../../codec/vim25/service-calls.ts'
import { isFailure } from '../../../domain/failure.ts'
import { plainAddress } from '../../../domain/plain-address.ts'
import { formatBytes } from '../../../domain/size.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { DriverExaminer, ExamineWish, Finding } from '../../../ports/driver-examiner.ts'
import type { VimClient } from '../client/vim-client.ts'
import { entriesBelow } from '../inventory/find-place.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type DatastorePlace, mergePlaces, PLACE_WORDS, type Placement } from '../inventory/placement.ts'
import type { VsphereSettings } from '../settings/vsphere-settings.ts'
import { examinePrivileges } from './examine-privileges.ts'
import { type HostAddress, judgeServerAddress } from './server-reach.ts'

/** Certificates and time stamps go wrong beyond that. Milliseconds. */
const SKEW_MS = 60_000
/** Hosts whose addresses are looked at. */
const MAX_HOSTS = 64
const GIB = 2 ** 30

export interface VsphereExaminerParts {
  readonly client: VimClient
  readonly inventory: Inventory
  readonly settings: Pick<VsphereSettings, 'url' | 'user' | 'trust' | 'defaults'>
  readonly clock: Clock
}

/** Connects, looks and asks; makes and changes nothing. */
export function createVsphereExaminer(parts: VsphereExaminerParts): DriverExaminer {
  return {
    examine: async function* (wish, signal) {
      try {
        yield* examineServer(parts, signal)
        const wanted = mergePlaces(parts.settings.defaults, wish.places)
        const placement = await parts.inventory.resolvePlacement(wanted, signal)
        yield* describePlaces(placement)
        yield examineSpace(placement.datastore, wish)
        const { datacenter, folder, pool, datastore, network } = placement
        const places = { datacenter, folder, pool, datastore, network }
        yield* examinePrivileges(parts.client, places, parts.settings.user, signal)
        yield await examineReach(parts, placement, wish, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!isFailure(error)) throw error
        const name = isFailure(error, 'usage.invalid') ? 'places' : 'vSphere'
        yield { name, verdict: 'bad', detail: error.message }
      }
    },
  }
}

async function* examineServer(
  { client, settings, clock }: VsphereExaminerParts,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const { fullName, version } = await client.content(signal)
  yield { name: 'server', verdict: 'good', detail: `${fullName} at ${client.address}` }
  yield describeTrust(settings)
  await client.sessionKey(signal)
  yield { name: 'login', verdict: 'good', detail: `as ${settings.user}` }
  yield judgeVersion(version)
  const asked = clock.now()
  const theirs = readTime(
    await client.call(currentTime, { doing: 'asking the time', repeatable: true }, signal),
  )
  // Half of the way there and back, as everybody who asks for a time assumes.
  if (theirs !== undefined) yield judgeClock(theirs - (asked + clock.now()) / 2)
}

function describeTrust({ url, trust }: Pick<VsphereSettings, 'url' | 'trust'>): Finding {
  const name = 'certificate'
  if (url.startsWith('http:'))
    return { name, verdict: 'warning', detail: 'there is none: the connection is http:// on this machine' }
  switch (trust.kind) {
    case 'system':
      return { name, verdict: 'good', detail: 'of an authority that this system trusts' }
    case 'authorities':
      return { name, verdict: 'good', detail: 'of an authority in the given file' }
    case 'thumbprint':
      return { name, verdict: 'good', detail: `pinned: ${trust.thumbprint}` }
    case 'none':
      return {
        name,
        verdict: 'warning',
        detail: 'not checked (--insecure or GOVC_INSECURE): whoever is in between reads the password',
        remedy: 'give --vsphere-ca-file or --vsphere-thumbprint instead',
      }
  }
}

/** Keys are typed through a call of 6.5. */
function judgeVersion(version: string): Finding {
  const name = 'version'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 6 || (major === 6 && minor >= 5)) return { name, verdict: 'good', detail: version }
  return {
    name,
    verdict: 'bad',
    detail: `${version || 'unknown'}; at least 6.5 is needed`,
    remedy: 'update it',
  }
}

function judgeClock(aheadMs: number): Finding {
  const name = 'clock'
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  if (Math.abs(aheadMs) <= SKEW_MS) return { name, verdict: 'good', detail: `${seconds} s apart from ours` }
  const detail = `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`
  return { name, verdict: 'warning', detail, remedy: 'let both follow the same time server' }
}

function* describePlaces(placement: Placement): Iterable<Finding> {
  const { datacenter, folder, compute, pool, host, datastore, network, filledIn } = placement
  const places = [
    [PLACE_WORDS.datacenter, datacenter],
    [PLACE_WORDS.folder, folder],
    [compute.isCluster ? PLACE_WORDS.cluster : 'compute resource', compute],
    [PLACE_WORDS.host, host],
    [PLACE_WORDS.pool, pool],
    [PLACE_WORDS.datastore, datastore],
    [PLACE_WORDS.network, network],
  ] as const
  for (const [word, place] of places) {
    if (!place) continue
    const isFilledIn = filledIn.some((text) => text.endsWith(` ${place.name}`) && text.startsWith(word))
    yield { name: word, verdict: 'good', detail: `${place.path}${isFilledIn ? ', the only one' : ''}` }
  }
}

function examineSpace(datastore: DatastorePlace, { count, diskGiB }: ExamineWish): Finding {
  const name = 'datastore space'
  const { path, freeBytes, capacityBytes, accessible, inMaintenance } = datastore
  if (!accessible)
    return { name, verdict: 'bad', detail: `${path} is not accessible`, remedy: 'connect it again' }
  if (inMaintenance) {
    return {
      name,
      verdict: 'bad',
      detail: `${path} is in maintenance`,
      remedy: 'choose another with --datastore',
    }
  }
  const wanted = count * diskGiB * GIB
  const detail =
    `${formatBytes(freeBytes)} of ${formatBytes(capacityBytes)} are free on ${path}; ` +
    `${count === 1 ? 'a thin disk' : `${count} thin disks`} of ${diskGiB} GiB can grow to ${formatBytes(wanted)}`
  if (freeBytes >= wanted) return { name, verdict: 'good', detail }
  return {
    name,
    verdict: 'warning',
    detail,
    remedy: 'watch it, make room, or choose another with --datastore',
  }
}

async function examineReach(
  { client, inventory }: VsphereExaminerParts,
  { compute, host }: Placement,
  { advertise, ownAddress }: ExamineWish,
  signal: AbortSignal,
): Promise<Finding> {
  const onTheWay = plainAddress(client.localAddress() ?? '')
  const usual = onTheWay === '' || /^(127\.|::1$)/.test(onTheWay) ? ownAddress : onTheWay
  const tree = await inventory.tree(signal)
  const hosts = host ? [host] : entriesBelow(tree, compute.ref, ['HostSystem'])
  const found = await client.retrieve(
    [{ type: 'HostSystem', paths: ['config.network.vnic'] }],
    hosts.slice(0, MAX_HOSTS).map(({ ref }) => ref),
    signal,
  )
  const addresses = found.flatMap(({ properties }) =>
    childrenOf(properties.get('config.network.vnic'), 'HostVirtualNic').flatMap((nic): HostAddress[] => {
      const ip = descend(nic, 'spec', 'ip')
      const address = textOf(ip, 'ipAddress')
      return address ? [{ address, netmask: textOf(ip, 'subnetMask') ?? '' }] : []
    }),
  )
  return judgeServerAddress(advertise ?? usual ?? (onTheWay || '127.0.0.1'), addresses)
}
