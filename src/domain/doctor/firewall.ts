import type { Finding } from './finding.ts'

export type Protocol = 'tcp' | 'udp'

/** What a rule asks of a packet. `other`: something that cannot be told from here, such as who sends it. */
export type Criterion =
  | { readonly kind: 'protocol'; readonly protocols: readonly string[]; readonly isNot?: boolean }
  | {
      readonly kind: 'port'
      readonly protocol?: string | undefined
      /** From and to, both included. */
      readonly ranges: readonly (readonly [number, number])[]
      readonly isNot?: boolean
    }
  /** `isNew`: whether the state is one of a first packet. */
  | { readonly kind: 'state'; readonly isNew: boolean }
  | { readonly kind: 'loopback'; readonly isNot?: boolean }
  /** Holds for all that is asked about here, or for none of it. */
  | { readonly kind: 'all' | 'none' }
  | { readonly kind: 'other' }

export type RuleAction =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

export interface FirewallRule {
  readonly criteria: readonly Criterion[]
  readonly action: RuleAction
}

export interface FirewallChain {
  /** For people: `chain input of table inet filter`. */
  readonly name: string
  readonly rules: readonly FirewallRule[]
  /** What becomes of packets that no rule decides on, where packets for this computer enter by this chain. */
  readonly policy?: 'accept' | 'drop' | undefined
}

/** Chains by a key of their own, to which jumps refer. */
export type Ruleset = ReadonlyMap<string, FirewallChain>

/** A port that somebody may need open. */
export interface NeededPort {
  readonly protocol: Protocol
  readonly port: number
  /** What it is for; absent: it is needed as things are. */
  readonly onlyFor?: string | undefined
}

/** `conditional`: for some senders or cards only, as far as can be told. */
export type PortVerdict = 'open' | 'conditional' | 'closed'

/** Rules looked at for one port; a ruleset can jump to and fro. */
const MAX_STEPS = 20_000
const MAX_DEPTH = 16

/** What becomes of the first packet of somebody else to a port. A hint: much cannot be told from the rules alone. */
export function portVerdict(
  ruleset: Ruleset,
  packet: Pick<NeededPort, 'protocol' | 'port'>,
): { readonly verdict: PortVerdict; readonly by?: string } {
  let steps = 0
  let conditional: string | undefined
  for (const chain of ruleset.values()) {
    if (chain.policy === undefined) continue
    const walked = walk(chain, 0)
    const end = walked.end === 'through' ? chain.policy : walked.end
    if (end === 'accept') continue
    if (!walked.mayAccept) return { verdict: 'closed', by: chain.name }
    conditional = chain.name
  }
  return conditional === undefined ? { verdict: 'open' } : { verdict: 'conditional', by: conditional }

  function walk(chain: FirewallChain, depth: number): Walked {
    let mayAccept = false
    for (const { criteria, action } of chain.rules) {
      steps += 1
      if (steps > MAX_STEPS) return { end: 'through', mayAccept: true }
      const match = matchAll(criteria, packet)
      if (match === 'no') continue
      if (action.kind === 'none') continue
      if (action.kind === 'return') {
        if (match === 'yes') return { end: 'through', mayAccept }
        // Some leave before what follows can drop them.
        mayAccept = true
        continue
      }
      const inner = action.kind === 'jump' || action.kind === 'goto' ? follow(action.chain, depth) : undefined
      const end = inner ? inner.end : action.kind === 'accept' ? 'accept' : 'drop'
      mayAccept ||= inner?.mayAccept ?? false
      if (match === 'yes') {
        if (end !== 'through') return { end, mayAccept }
        if (action.kind === 'goto') return { end: 'through', mayAccept }
      } else if (end === 'accept') mayAccept = true
    }
    return { end: 'through', mayAccept }
  }

  function follow(key: string, depth: number): Walked {
    const target = ruleset.get(key)
    if (!target || depth >= MAX_DEPTH) return { end: 'through', mayAccept: true }
    return walk(target, depth + 1)
  }
}

interface Walked {
  readonly end: 'accept' | 'drop' | 'through'
  /** Some of those that this was not decided for may have been let in on the way. */
  readonly mayAccept: boolean
}

function matchAll(
  criteria: readonly Criterion[],
  packet: Pick<NeededPort, 'protocol' | 'port'>,
): 'yes' | 'no' | 'maybe' {
  const found = criteria.map((criterion) => matchOne(criterion, packet))
  if (found.includes('no')) return 'no'
  return found.includes('maybe') ? 'maybe' : 'yes'
}

function matchOne(
  criterion: Criterion,
  { protocol, port }: Pick<NeededPort, 'protocol' | 'port'>,
): 'yes' | 'no' | 'maybe' {
  const answer = (is: boolean, isNot = false) => (is === isNot ? 'no' : 'yes')
  switch (criterion.kind) {
    case 'protocol':
      return answer(criterion.protocols.includes(protocol), criterion.isNot)
    case 'port':
      if (criterion.protocol !== undefined && criterion.protocol !== protocol) return 'no'
      return answer(
        criterion.ranges.some(([from, to]) => port >= from && port <= to),
        criterion.isNot,
      )
    case 'state':
      return answer(criterion.isNew)
    case 'loopback':
      return answer(false, criterion.isNot)
    case 'all':
      return 'yes'
    case 'none':
      return 'no'
    case 'other':
      return 'maybe'
  }
}

/** Who makes the rules, where that shows. */
export type FirewallManager = 'ufw' | 'firewalld'

const OPENING: Readonly<Record<FirewallManager, (ports: readonly NeededPort[]) => string>> = {
  ufw: (ports) => ports.map(({ protocol, port }) => `ufw allow ${port}/${protocol}`).join('; '),
  firewalld: (ports) =>
    `firewall-cmd --permanent ${ports.map(({ protocol, port }) => `--add-port=${port}/${protocol}`).join(' ')} && firewall-cmd --reload`,
}

/** A hint, so a warning at most; only of ports that are needed as things are. */
export function judgeFirewall(
  ruleset: Ruleset,
  ports: readonly NeededPort[],
  manager: FirewallManager | undefined,
): Finding {
  const name = 'firewall'
  const judged = ports.map((port) => ({ port, ...portVerdict(ruleset, port) }))
  const trouble = judged.filter(({ port, verdict }) => port.onlyFor === undefined && verdict !== 'open')
  const optional = judged.filter(({ port, verdict }) => port.onlyFor !== undefined && verdict === 'closed')
  const beside = optional.map(({ port }) => `${describePort(port)} (${port.onlyFor})`).join(', ')
  const more = beside === '' ? '' : `; what comes to ${beside} seems to be dropped too`
  if (trouble.length === 0) {
    const needed = ports.filter(({ onlyFor }) => onlyFor === undefined).map(describePort)
    const what = needed.length > 0 ? `from ${needed.join(', ')}` : 'out'
    return { name, verdict: 'good', detail: `no rule seems to keep hosts ${what}${more}` }
  }
  const said = trouble.map(({ port, verdict, by }) =>
    verdict === 'closed'
      ? `what comes to ${describePort(port)} seems to be dropped (${by})`
      : `only some seem to be let in to ${describePort(port)} (${by})`,
  )
  const closed = trouble.map(({ port }) => port)
  const remedy = manager
    ? `let hosts in: ${OPENING[manager](closed)}`
    : `let hosts in to ${closed.map(describePort).join(', ')}`
  return { name, verdict: 'warning', detail: `${said.join('; ')}${more}`, remedy }
}

function describePort({ protocol, port }: NeededPort): string {
  return `${protocol.toUpperCase()} ${port}`
}
