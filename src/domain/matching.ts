import { parseMacAddress } from './mac-address.ts'
import { parseUuid, swapByteOrder } from './uuid.ts'

/**
 * What a machine can be known by, most specific first. `product` and `manufacturer` are the parts of `match.label`:
 * they name a kind of machine, the others one machine.
 */
export const MATCH_KEYS = ['uuid', 'mac', 'serial', 'asset', 'hostname', 'product', 'manufacturer'] as const
export type MatchKey = (typeof MATCH_KEYS)[number]

/** What a host wants its machine to be; all of it has to be true. */
export type HostMatch = Readonly<Partial<Record<MatchKey, string | undefined>>>

/** What a machine says of itself, as iPXE tells it. Nothing of it is proven. */
export type MachineFacts = Readonly<Partial<Record<MatchKey, string>>>

/** A host and what it wants. */
export interface Claim {
  readonly name: string
  readonly match: HostMatch
}

export type MatchResult =
  /** The host this machine is, and what it was recognised by. */
  | { readonly kind: 'host'; readonly name: string; readonly by: readonly MatchKey[] }
  /** Several hosts want exactly this machine; it must not be given to any. */
  | { readonly kind: 'ambiguous'; readonly names: readonly string[]; readonly by: readonly MatchKey[] }
  /** No host; `similar` are those whose UUID or MAC it has while something else differs. */
  | { readonly kind: 'unknown'; readonly similar: readonly SimilarHost[] }

export interface SimilarHost {
  readonly name: string
  readonly same: MatchKey
  readonly differs: readonly MatchKey[]
}

/** Finds the host of a machine in the same time however many hosts there are. */
export interface MatchIndex {
  readonly find: (facts: MachineFacts) => MatchResult
}

/** More hosts than this that look alike help nobody. */
const MAX_SIMILAR = 5
const LABEL_KEYS: readonly MatchKey[] = ['product', 'manufacturer']
/** No firmware says more than this of itself in one string. */
const MAX_FACT_LENGTH = 256

/** Strings and UUIDs that firmware has when nobody filled them in; many machines share them. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'to be filled by o.e.m.',
  'default string',
  'system serial number',
  'system product name',
  'system manufacturer',
  'chassis serial number',
  'asset tag',
  'no asset tag',
  'no asset information',
  'not specified',
  'not available',
  'not applicable',
  'not present',
  'none',
  'unknown',
  'null',
  'n/a',
  'oem',
  'o.e.m.',
  'empty',
  'invalid',
  '123456789',
  '1234567890',
  '0123456789',
  '03000200-0400-0500-0006-000700080009',
])

/**
 * The one form in which facts are compared: MAC addresses and UUIDs canonical, of a UUID's two SMBIOS byte orders
 * (SMBIOS 7.2.1: the first three fields little-endian from 2.6 on) always the same, other strings without the
 * spaces firmware pads them with and in lower case. `undefined` for what is no value of that key.
 */
export function normalizeFact(key: MatchKey, text: string): string | undefined {
  if (key === 'mac') return parseMacAddress(text)
  if (key === 'uuid') {
    const uuid = parseUuid(text)
    if (!uuid) return undefined
    return [uuid, swapByteOrder(uuid)].toSorted()[0]
  }
  const normal = text
    .slice(0, MAX_FACT_LENGTH + 1)
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase()
  return normal.length > 0 && normal.length <= MAX_FACT_LENGTH ? normal : undefined
}

/** True for what firmware says when nobody filled the field in: it would match many machines. */
export function isPlaceholderFact(text: string): boolean {
  const plain = text.trim().replace(/\s+/g, ' ').toLowerCase()
  return PLACEHOLDERS.has(plain) || /^(0[0:-]*|f[f:-]*|x+|[.-]+)$/.test(plain)
}

/**
 * An index over what hosts want. A host claims a machine when everything it wants is true of it. Of several, the
 * one with the most specific wish wins: compared by UUID, then MAC, serial, asset, hostname, product, manufacturer;
 * who wants the first of these that only one of them wants, wins. The order of the hosts never matters.
 */
export function indexMatches(claims: Iterable<Claim>): MatchIndex {
  const byWish = new Map<number, Map<string, string[]>>()
  const byIdentity = new Map<string, NormalClaim[]>()
  for (const claim of normalClaims(claims)) {
    const wishes = byWish.get(claim.mask) ?? new Map<string, string[]>()
    byWish.set(claim.mask, wishes)
    push(wishes, joined(claim.match, claim.mask), claim.name)
    for (const key of ['uuid', 'mac'] as const) {
      const value = claim.match[key]
      if (value !== undefined) push(byIdentity, `${key} ${value}`, claim)
    }
  }
  const masks = [...byWish.keys()].toSorted((a, b) => b - a)
  return {
    find(facts) {
      const normal = normalFacts(facts)
      const known = maskOf(normal)
      for (const mask of masks) {
        if ((mask & known) !== mask) continue
        const names = byWish.get(mask)?.get(joined(normal, mask))
        if (!names) continue
        const by = keysOf(mask)
        const [name = ''] = names
        return names.length === 1
          ? { kind: 'host', name, by }
          : { kind: 'ambiguous', names: names.toSorted(), by }
      }
      return { kind: 'unknown', similar: similarTo(normal, byIdentity) }
    },
  }
}

/**
 * Hosts that could claim the same machine, sorted: two that want the same UUID, MAC, serial, asset or hostname and
 * contradict each other in nothing, or that want the very same label and nothing else.
 */
export function ambiguousMatches(
  claims: Iterable<Claim>,
): readonly { readonly names: readonly [string, string]; readonly by: readonly MatchKey[] }[] {
  const byMask = new Map<number, NormalClaim[]>()
  for (const claim of normalClaims(claims)) push(byMask, claim.mask, claim)
  const masks = [...byMask.keys()]
  const found: { readonly names: readonly [string, string]; readonly by: readonly MatchKey[] }[] = []
  for (const [index, mask] of masks.entries()) {
    for (const other of masks.slice(index)) {
      const common = mask & other
      const onlyLabels = keysOf(common).every((key) => LABEL_KEYS.includes(key))
      if (onlyLabels && mask !== other) continue
      for (const names of pairs(byMask.get(mask) ?? [], byMask.get(other) ?? [], common)) {
        found.push({ names, by: keysOf(common) })
      }
    }
  }
  return found.toSorted((a, b) => compare(a.names.join(' '), b.names.join(' ')))
}

interface NormalClaim extends Claim {
  readonly mask: number
}

function* pairs(
  some: readonly NormalClaim[],
  others: readonly NormalClaim[],
  common: number,
): Generator<readonly [string, string]> {
  const first = new Map<string, NormalClaim>()
  const same = some === others
  for (const claim of same ? [] : some) {
    const key = joined(claim.match, common)
    if (!first.has(key)) first.set(key, claim)
  }
  for (const claim of others) {
    const key = joined(claim.match, common)
    const other = first.get(key)
    if (other) yield compare(claim.name, other.name) < 0 ? [claim.name, other.name] : [other.name, claim.name]
    else if (same) first.set(key, claim)
  }
}

function* normalClaims(claims: Iterable<Claim>): Generator<NormalClaim> {
  for (const { name, match } of claims) {
    const normal = normalFacts(match)
    const mask = maskOf(normal)
    // A wish that cannot be true of any machine claims none, rather than all that fulfil the rest of it.
    if (mask !== 0 && mask === maskOf(match)) yield { name, match: normal, mask }
  }
}

function similarTo(
  facts: MachineFacts,
  byIdentity: ReadonlyMap<string, readonly NormalClaim[]>,
): readonly SimilarHost[] {
  const similar = new Map<string, SimilarHost>()
  for (const same of ['uuid', 'mac'] as const) {
    for (const { name, match } of byIdentity.get(`${same} ${facts[same]}`) ?? []) {
      const differs = MATCH_KEYS.filter((key) => match[key] !== undefined && match[key] !== facts[key])
      if (!similar.has(name)) similar.set(name, { name, same, differs })
    }
  }
  return [...similar.values()].toSorted((a, b) => compare(a.name, b.name)).slice(0, MAX_SIMILAR)
}

function normalFacts(facts: HostMatch): MachineFacts {
  const normal: Partial<Record<MatchKey, string>> = {}
  for (const key of MATCH_KEYS) {
    const text = facts[key]
    const value = text === undefined ? undefined : normalizeFact(key, text)
    if (value !== undefined) normal[key] = value
  }
  return normal
}

/** The keys of each mask. */
const KEYS_OF: readonly (readonly MatchKey[])[] = Array.from({ length: 1 << MATCH_KEYS.length }, (_, mask) =>
  MATCH_KEYS.filter((_, index) => mask & (1 << (MATCH_KEYS.length - 1 - index))),
)

/** One bit for each key that is there, the most specific one highest. */
function maskOf(match: HostMatch): number {
  let mask = 0
  for (const key of MATCH_KEYS) mask = mask * 2 + (match[key] === undefined ? 0 : 1)
  return mask
}

function keysOf(mask: number): readonly MatchKey[] {
  return KEYS_OF[mask] ?? []
}

function joined(match: HostMatch, mask: number): string {
  const [first, ...others] = keysOf(mask)
  let text = first === undefined ? '' : `${match[first]}`
  for (const key of others) text += `\n${match[key]}`
  return text
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
