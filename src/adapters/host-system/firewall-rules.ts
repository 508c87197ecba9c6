import { readFile } from 'node:fs/promises'
import { decodeIptablesSave } from '../../codec/firewall/iptables-save.ts'
import { decodeNftRuleset } from '../../codec/firewall/nft-ruleset.ts'
import type { FirewallManager, Ruleset } from '../../domain/doctor/firewall.ts'
import { isFailure } from '../../domain/failure.ts'
import { runBriefly } from './run-briefly.ts'

export type FirewallLook =
  | { readonly kind: 'rules'; readonly ruleset: Ruleset; readonly manager?: FirewallManager | undefined }
  /** No tool that would show rules. */
  | { readonly kind: 'no-tool'; readonly manager?: FirewallManager | undefined }
  | { readonly kind: 'refused'; readonly why: string; readonly manager?: FirewallManager | undefined }

/** The rules of this computer, as its own tools show them; nothing is changed. */
export async function readFirewallRules(signal: AbortSignal): Promise<FirewallLook> {
  const manager = await findManager()
  const nft = await runBriefly('nft', ['-j', 'list', 'ruleset'], signal)
  if (nft.kind === 'done') {
    try {
      const { ruleset, hasOpaqueRules } = decodeNftRuleset(nft.stdout)
      return {
        kind: 'rules',
        manager,
        ruleset: hasOpaqueRules ? await readInstead(ruleset, signal) : ruleset,
      }
    } catch (error) {
      if (!isFailure(error, 'packet.malformed')) throw error
      return { kind: 'refused', why: error.message, manager }
    }
  }
  const iptables = await runBriefly('iptables-save', [], signal)
  if (iptables.kind === 'done')
    return { kind: 'rules', manager, ruleset: decodeIptablesSave(iptables.stdout) }
  if (nft.kind === 'missing' && iptables.kind === 'missing') return { kind: 'no-tool', manager }
  const refused = [nft, iptables].find((run) => run.kind === 'failed')
  return { kind: 'refused', why: refused?.why ?? '', manager }
}

/** Tables that iptables made are read as iptables shows them. */
async function readInstead(ruleset: Ruleset, signal: AbortSignal): Promise<Ruleset> {
  const iptables = await runBriefly('iptables-save', [], signal)
  if (iptables.kind !== 'done') return ruleset
  const others = [...ruleset].filter(([key]) => !key.startsWith('ip filter '))
  return new Map([...others, ...decodeIptablesSave(iptables.stdout)])
}

async function findManager(): Promise<FirewallManager | undefined> {
  const ufw = await readFile('/etc/ufw/ufw.conf', 'utf8').catch(() => '')
  if (/^ENABLED=yes\s*$/im.test(ufw)) return 'ufw'
  return await readFile('/run/firewalld.pid', 'utf8').then(
    () => 'firewalld' as const,
    () => undefined,
  )
}
