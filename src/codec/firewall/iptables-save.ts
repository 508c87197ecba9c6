import type {
  Criterion,
  FirewallChain,
  FirewallRule,
  RuleAction,
  Ruleset,
} from '../../domain/doctor/firewall.ts'
import { printable } from '../../domain/printable.ts'

const MAX_LINES = 100_000
const MAX_NAME = 64
const WORDS = /"(?:[^"\\]|\\.)*"|\S+/g

type Rules = Omit<FirewallChain, 'rules'> & { readonly rules: FirewallRule[] }

/**
 * Chains of the table `filter` by their names, of what `iptables-save` writes (iptables-extensions(8)). Never fails: what is
 * not known counts as a condition that may hold or not.
 */
export function decodeIptablesSave(text: string): Ruleset {
  const chains = new Map<string, Rules>()
  let table = ''
  for (const line of text.split('\n', MAX_LINES)) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    if (table !== 'filter') continue
    const declared = /^:(\S+) (\S+)/.exec(line)
    if (declared) chains.set(declared[1] ?? '', describeChain(declared[1] ?? '', declared[2] ?? ''))
    const appended = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line)
    if (appended) chains.get(appended[1] ?? '')?.rules.push(readRule(appended[2]?.match(WORDS) ?? []))
  }
  return chains
}

function describeChain(name: string, policy: string): Rules {
  return {
    name: `chain ${printable(name).slice(0, MAX_NAME)} of iptables`,
    ...(name === 'INPUT' ? { policy: policy === 'DROP' ? 'drop' : 'accept' } : {}),
    rules: [],
  }
}

function readRule(words: readonly string[]): FirewallRule {
  const criteria: Criterion[] = []
  let action: RuleAction = { kind: 'none' }
  let isNot = false
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? ''
    if (option === '!') {
      isNot = true
      continue
    }
    const value = words[at + 1] ?? ''
    // An extension is named, and what it asks for follows.
    if (option === '-m' || option === '--match') at += 1
    else if (option === '-j' || option === '-g') {
      action = readAction(option, value)
      // What follows are options of the target.
      break
    } else {
      criteria.push(readCriterion(option, value, isNot))
      while (at + 1 < words.length && !/^(-|!$)/.test(words[at + 1] ?? '')) at += 1
    }
    isNot = false
  }
  return { criteria, action }
}

function readAction(option: string, target: string): RuleAction {
  if (option === '-g') return { kind: 'goto', chain: target }
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' }
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' }
    case 'RETURN':
      return { kind: 'return' }
    case 'LOG':
    case 'NFLOG':
    case 'MARK':
    case 'CONNMARK':
    case 'NFQUEUE':
      return { kind: 'none' }
    default:
      return { kind: 'jump', chain: target }
  }
}

function readCriterion(option: string, value: string, isNot: boolean): Criterion {
  switch (option) {
    case '-p':
    case '--protocol':
      return { kind: 'protocol', protocols: [value.toLowerCase()], isNot }
    case '--dport':
    case '--destination-port':
    case '--dports':
    case '--ports': {
      const ranges = value.split(',').map(rangeOf)
      if (ranges.includes(undefined)) return { kind: 'other' }
      return { kind: 'port', ranges: ranges.filter((range) => range !== undefined), isNot }
    }
    case '--state':
    case '--ctstate':
      return { kind: 'state', isNew: value.split(',').includes('NEW') !== isNot }
    case '-i':
    case '--in-interface':
      return value === 'lo' ? { kind: 'loopback', isNot } : { kind: 'other' }
    case '--comment':
      return { kind: 'all' }
    // Hosts ask one of our addresses.
    case '--dst-type':
      return { kind: value.split(',').includes('LOCAL') !== isNot ? 'all' : 'none' }
    default:
      return { kind: 'other' }
  }
}

function rangeOf(text: string): readonly [number, number] | undefined {
  const [from, to = from] = text
    .split(':')
    .map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : Number.NaN))
  return Number.isInteger(from) && Number.isInteger(to) ? [Number(from), Number(to)] : undefined
}
