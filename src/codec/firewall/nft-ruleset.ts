import type {
  Criterion,
  FirewallChain,
  FirewallRule,
  RuleAction,
  Ruleset,
} from '../../domain/doctor/firewall.ts'
import { Failure } from '../../domain/failure.ts'
import { printable } from '../../domain/printable.ts'

/** Objects of one ruleset; a busy container host has some thousands. */
const MAX_OBJECTS = 100_000
/** Families whose packets are IPv4, which is what hosts boot over. */
const FAMILIES = ['inet', 'ip']
const MAX_NAME = 64

type Json = Readonly<Record<string, unknown>>

/** What is read of `nft -j list ruleset`. */
export interface NftRuleset {
  readonly ruleset: Ruleset
  /** Some rules are of iptables and cannot be read here: `iptables-save` shows them. */
  readonly hasOpaqueRules: boolean
}

/**
 * Chains by `FAMILY TABLE CHAIN` (libnftables-json(5)); those of IPv4 alone. What is not known counts as a condition
 * that may hold or not. Failure `packet.malformed` for what is no such document.
 */
export function decodeNftRuleset(text: string): NftRuleset {
  const objects = parseObjects(text)
  const sets = readSets(objects)
  const chains = new Map<string, Omit<FirewallChain, 'rules'> & { readonly rules: FirewallRule[] }>()
  for (const { chain } of objects) {
    const key = isObject(chain) ? keyOf(chain) : undefined
    if (isObject(chain) && key !== undefined) chains.set(key, { ...describeChain(chain), rules: [] })
  }
  let hasOpaqueRules = false
  for (const { rule } of objects) {
    const key = isObject(rule) ? keyOf({ ...rule, name: rule['chain'] }) : undefined
    if (!isObject(rule) || key === undefined) continue
    const statements = listOf(rule['expr']).filter(isObject)
    if (statements.some((statement) => 'xt' in statement)) hasOpaqueRules = true
    chains.get(key)?.rules.push(...readRule(statements, key, sets))
  }
  return { ruleset: chains, hasOpaqueRules }
}

function parseObjects(text: string): readonly Json[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new Failure('packet.malformed', 'what nft wrote is no JSON', {}, error)
  }
  const objects = isObject(document) ? document['nftables'] : undefined
  if (!Array.isArray(objects) || objects.length > MAX_OBJECTS)
    throw new Failure('packet.malformed', 'what nft wrote is no ruleset')
  return objects.filter(isObject)
}

function keyOf({ family, table, name }: Json): string | undefined {
  if (!FAMILIES.includes(String(family))) return undefined
  return `${String(family)} ${String(table)} ${String(name)}`
}

function describeChain({ family, table, name, type, hook, policy }: Json): Omit<FirewallChain, 'rules'> {
  const short = (text: unknown): string => printable(String(text)).slice(0, MAX_NAME)
  const isEntry = type === 'filter' && hook === 'input'
  return {
    name: `chain ${short(name)} of table ${short(family)} ${short(table)}`,
    ...(isEntry ? { policy: policy === 'drop' ? 'drop' : 'accept' } : {}),
  }
}

/** Elements of named sets, which rules refer to as `@NAME`. */
function readSets(objects: readonly Json[]): ReadonlyMap<string, unknown> {
  const sets = new Map<string, unknown>()
  for (const object of objects) {
    const set = object['set']
    const key = isObject(set) ? keyOf(set) : undefined
    if (isObject(set) && key !== undefined) sets.set(key, set['elem'])
  }
  return sets
}

/** A verdict map is as many rules as it has entries. */
function readRule(
  statements: readonly Json[],
  key: string,
  sets: ReadonlyMap<string, unknown>,
): readonly FirewallRule[] {
  const place = key.split(' ').slice(0, 2).join(' ')
  const criteria: Criterion[] = []
  for (const statement of statements) {
    const { match, vmap } = statement
    if (isObject(match)) criteria.push(readMatch(match, place, sets))
    else if (isObject(vmap)) return readVerdictMap(vmap, criteria, place, sets)
    else if ('xt' in statement || 'limit' in statement || 'ct count' in statement)
      criteria.push({ kind: 'other' })
    const action = readAction(statement, place)
    if (action) return [{ criteria, action }]
  }
  return []
}

function readAction(statement: Json, place: string): RuleAction | undefined {
  if ('accept' in statement) return { kind: 'accept' }
  if ('drop' in statement || 'reject' in statement) return { kind: 'drop' }
  if ('return' in statement) return { kind: 'return' }
  for (const kind of ['jump', 'goto'] as const) {
    const to = statement[kind]
    if (isObject(to)) return { kind, chain: `${place} ${String(to['target'])}` }
  }
  return undefined
}

function readVerdictMap(
  { key, data }: Json,
  before: readonly Criterion[],
  place: string,
  sets: ReadonlyMap<string, unknown>,
): readonly FirewallRule[] {
  const entries = isObject(data) ? listOf(data['set']) : []
  return entries.flatMap((entry) => {
    const [value, statement] = listOf(entry)
    const action = isObject(statement) ? readAction(statement, place) : undefined
    if (!action) return []
    return [{ criteria: [...before, readMatch({ op: '==', left: key, right: value }, place, sets)], action }]
  })
}

function readMatch({ op, left, right }: Json, place: string, sets: ReadonlyMap<string, unknown>): Criterion {
  const values = valuesOf(right, place, sets)
  const isNot = op === '!='
  if (!isObject(left) || !['==', '!=', 'in'].includes(String(op)) || !values) return { kind: 'other' }
  const { payload, meta, ct, fib } = left
  if (isObject(payload)) return readPayload(payload, values, isNot)
  if (isObject(meta)) return readMeta(String(meta['key']), values, isNot)
  if (isObject(ct) && ct['key'] === 'state') return { kind: 'state', isNew: values.includes('new') !== isNot }
  // Hosts ask one of our addresses.
  if (isObject(fib) && fib['result'] === 'type' && listOf(fib['flags']).includes('daddr'))
    return { kind: values.includes('local') !== isNot ? 'all' : 'none' }
  return { kind: 'other' }
}

function readPayload({ protocol, field }: Json, values: readonly unknown[], isNot: boolean): Criterion {
  if ((protocol === 'ip' || protocol === 'ip6') && (field === 'protocol' || field === 'nexthdr'))
    return { kind: 'protocol', protocols: values.map(protocolName), isNot }
  if (field !== 'dport') {
    // Sent from an unknown port, to ICMP types and the like: decided where the protocol is another one.
    return ['tcp', 'udp', 'th', 'ip', 'ip6', 'ether'].includes(String(protocol))
      ? { kind: 'other' }
      : { kind: 'protocol', protocols: [String(protocol)] }
  }
  const ranges = values.map(rangeOf)
  if (ranges.some((range) => range === undefined)) return { kind: 'other' }
  return {
    kind: 'port',
    protocol: protocol === 'th' ? undefined : String(protocol),
    ranges: ranges.filter((range) => range !== undefined),
    isNot,
  }
}

function readMeta(key: string, values: readonly unknown[], isNot: boolean): Criterion {
  if (key === 'l4proto') return { kind: 'protocol', protocols: values.map(protocolName), isNot }
  if (key === 'nfproto') return { kind: values.includes('ipv4') !== isNot ? 'all' : 'none' }
  if ((key === 'iif' || key === 'iifname') && values.length === 1 && values[0] === 'lo')
    return { kind: 'loopback', isNot }
  return { kind: 'other' }
}

/** One value, a list, a set, or a named set; `undefined` for anything else, such as a computed value. */
function valuesOf(
  right: unknown,
  place: string,
  sets: ReadonlyMap<string, unknown>,
): readonly unknown[] | undefined {
  if (typeof right === 'string' && right.startsWith('@')) {
    const found = sets.get(`${place} ${right.slice(1)}`)
    return Array.isArray(found) ? found.map(plainElement) : undefined
  }
  if (typeof right === 'string' || typeof right === 'number') return [right]
  if (Array.isArray(right)) return right.map(plainElement)
  if (!isObject(right)) return undefined
  if ('range' in right) return [right]
  return Array.isArray(right['set']) ? right['set'].map(plainElement) : undefined
}

/** An element may carry a time or a counter. */
function plainElement(element: unknown): unknown {
  const inner = isObject(element) ? element['elem'] : undefined
  return isObject(inner) ? inner['val'] : element
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
  if (isObject(value) && Array.isArray(value['range'])) {
    const [from, to] = value['range'].map(Number)
    return Number.isInteger(from) && Number.isInteger(to) ? [Number(from), Number(to)] : undefined
  }
  return typeof value === 'number' ? [value, value] : undefined
}

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp' }

function protocolName(value: unknown): string {
  return PROTOCOL_NUMBERS[String(value)] ?? String(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
