import { askHealth } from '../../adapters/host-network/ask-health.ts'
import { ownCards, reachableAddresses } from '../../adapters/host-network/interface-address.ts'
import { lookUpName } from '../../adapters/host-network/look-up.ts'
import { readFirewallRules } from '../../adapters/host-system/firewall-rules.ts'
import { isAddress, judgeBootAddress, nameOfHost } from '../../domain/doctor/boot-address.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { judgeFirewall, type NeededPort } from '../../domain/doctor/firewall.ts'
import { baseUrl, bootAddress, DEFAULT_BOOT_PORT } from '../base-url.ts'

export interface ReachExamination {
  readonly advertise?: string | undefined
  readonly bootHost?: string | undefined
  readonly bootPort?: number | undefined
  /** A boot server of ours runs. */
  readonly isServed: boolean
  /** Ports that hosts come to. */
  readonly ports: readonly NeededPort[]
}

/** Which address hosts are told, whether they can reach it, and whether somebody answers there. */
export async function* examineReach(options: ReachExamination, signal: AbortSignal): AsyncIterable<Finding> {
  const { advertise, bootHost, bootPort = DEFAULT_BOOT_PORT, isServed } = options
  const own = ownCards()
  const host = advertise === undefined ? undefined : nameOfHost(advertise)
  const lookedUp = host === undefined || isAddress(host) ? undefined : await lookUpName(host, signal)
  const judged = judgeBootAddress({ advertise, bootHost, own, lookedUp })
  const address = bootAddress({ advertise, bootHost }, reachableAddresses()[0] ?? '127.0.0.1')
  // With 0 it is any free port, which nobody knows yet.
  const told = baseUrl(address, bootPort).replace(/:0$/, '')
  yield { ...judged, detail: `${told}: ${judged.detail}` }
  if (!isServed) return
  const health = await askHealth(told, signal)
  const name = 'boot server'
  if (health === 'answers') {
    yield { name, verdict: 'good', detail: `${told} answers` }
    return
  }
  // Behind a NAT the way back in is often closed to those who are behind it themselves.
  const isOurs = host === undefined || own.some(({ address }) => address === host)
  const remedy = isOurs
    ? 'look at --boot-host, --boot-port, and the firewall of this computer'
    : 'look at --advertise, and try it from the network of the hosts'
  yield { name, verdict: isOurs ? 'bad' : 'warning', detail: `${told} ${health.why}`, remedy }
}

/** Hints of rules that may keep hosts out. */
export async function* examineFirewall(
  { ports }: Pick<ReachExamination, 'ports'>,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const name = 'firewall'
  const look = await readFirewallRules(signal)
  const { manager } = look
  if (look.kind === 'rules') {
    yield judgeFirewall(look.ruleset, ports, manager)
    return
  }
  const on = manager === undefined ? '' : `${manager} is on here; `
  if (look.kind === 'no-tool') {
    const detail = `${on}neither nft nor iptables-save is here to look with`
    yield { name, verdict: manager === undefined ? 'good' : 'warning', detail }
    return
  }
  yield {
    ...{ name, verdict: 'warning', detail: `${on}rules could not be looked at: ${look.why}` },
    remedy: 'run edgeboot doctor as root to look at them',
  }
}
