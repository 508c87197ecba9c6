import { type PhoneHomeTemplate, preparePhoneHome } from '../codec/user-data/phone-home.ts'
import { renderUserData, type UserDataDocument } from '../codec/user-data/user-data.ts'
import { CLASSIC_NAMES } from '../domain/artifact.ts'
import type { GuestNetwork } from '../domain/guest-network.ts'
import type { Installer } from '../domain/installer.ts'
import { composeKernelLine, type KernelLine } from '../domain/kernel-line.ts'
import type { MacAddress } from '../domain/mac-address.ts'
import type { MediaNetwork } from '../domain/media-network.ts'
import { renderAutoexec } from '../render/ipxe/autoexec.ts'
import { renderClassicScript } from '../render/ipxe/classic-script.ts'
import { renderInstallScript } from '../render/ipxe/install-script.ts'
import { renderNetbootAutoexec } from '../render/ipxe/netboot-autoexec.ts'
import type { HostTexts } from './boot-plan.ts'

/** Arguments added to and taken from the kernel line we compose. */
export interface KernelArgumentChanges {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface HostTextOptions {
  readonly installer: Installer
  readonly userData: Pick<UserDataDocument, 'text'> & Partial<Pick<UserDataDocument, 'secretPaths'>>
  readonly kernelArgs: KernelArgumentChanges
  /** Merge hooks into the user-data by which the host reports how it gets on. */
  readonly phoneHome: boolean
}

/** The card a machine asks by and what its media say of its network. */
export interface AskingMachine {
  readonly mac?: MacAddress
  readonly network?: GuestNetwork
}

/** As long as any base may get: the longest host name there is. */
const LONGEST_BASE = `https://${'h'.repeat(253)}:65535`

/** A network as long as any may get, on the card of some machine. */
const LONGEST_NETWORK: GuestNetwork = {
  fixed: {
    address: '100.100.100.101',
    prefix: 24,
    gateway: '100.100.100.102',
    nameServers: ['100.100.100.103', '100.100.100.104', '100.100.100.105'],
  },
  vlan: 4094,
}

/** Kernel lines were looked at for these: those of most hosts of a fleet differ in nothing but addresses. */
const looked = new WeakMap<Installer, Map<string, readonly string[]>>()
/** Kinds of kernel lines remembered of one installer. */
const MAX_LOOKED = 1000

/** The warnings about the kernel line, found out by `look` the first time. Whatever `look` throws is thrown each time. */
function warningsOnce(
  installer: Installer,
  changes: KernelArgumentChanges,
  look: () => readonly string[],
): readonly string[] {
  const known = looked.get(installer) ?? new Map<string, readonly string[]>()
  looked.set(installer, known)
  const key = JSON.stringify([changes.add, changes.remove])
  const before = known.get(key)
  if (before) return before
  const warnings = look()
  if (known.size < MAX_LOOKED) known.set(key, warnings)
  return warnings
}

/** Documents with hooks, of those that were asked for last: hosts of a fleet often have the same. */
const prepared = new Map<string, PhoneHomeTemplate>()
const MAX_PREPARED = 8

function phoneHomeOnce(text: string): PhoneHomeTemplate {
  const template = prepared.get(text) ?? preparePhoneHome({ text })
  prepared.delete(text)
  prepared.set(text, template)
  const [oldest] = prepared.keys()
  if (prepared.size > MAX_PREPARED && oldest !== undefined) prepared.delete(oldest)
  return template
}

/**
 * What a host is told, made from the installer, the user-data and the kernel arguments asked for. Failure
 * `kernel-line.invalid` here, not when the host asks.
 */
export function createHostTexts({
  installer,
  userData,
  kernelArgs,
  phoneHome,
}: HostTextOptions): HostTexts & { readonly warnings: readonly string[] } {
  const rootfsSizeBytes = rootfsSize(installer)
  const warnings = warningsOnce(installer, kernelArgs, () => {
    const longest = [LONGEST_BASE, 'a'.repeat(16), 'a'.repeat(32), '52:54:00:00:00:00'] as const
    lineFor(...longest, LONGEST_NETWORK)
    return lineFor(...longest).warnings
  })

  function lineFor(
    base: string,
    bootId: string,
    token: string,
    mac: string | undefined,
    network: GuestNetwork = {},
  ): KernelLine {
    return composeKernelLine({
      rootUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.rootfs}`,
      configUrl: `${base}/h/${token}/config.yaml`,
      rootfsSizeBytes,
      network,
      ...(mac ? { mac } : {}),
      ...kernelArgs,
    })
  }

  return {
    warnings,
    secretPaths: userData.secretPaths,
    installScript: ({ host, mac, network, bootId, token, base, syslog }) =>
      renderInstallScript({
        host,
        base,
        kernelUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.kernel}`,
        initrdUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.initrd}`,
        kernelArguments: lineFor(base, bootId, token, mac, network).arguments,
        syslog,
      }),
    userData: ({ token, base }) =>
      phoneHome ? phoneHomeOnce(userData.text)(`${base}/h/${token}/events`) : renderUserData(userData),
  }
}

/** What machines nobody announced are told, by the classic names: the same for all, readable by all. */
export function createClassicTexts({ installer, userData, kernelArgs }: Omit<HostTextOptions, 'phoneHome'>): {
  readonly userData: string
  /** `asked` is what a machine says of itself; without it the script is for any. */
  script(base: string, asked?: AskingMachine): string
} {
  return {
    userData: renderUserData(userData),
    script: (base, asked = {}) =>
      renderClassicScript({
        base,
        kernelArguments: composeKernelLine({
          rootUrl: `${base}/${CLASSIC_NAMES.rootfs}`,
          configUrl: `${base}/config.yaml`,
          rootfsSizeBytes: rootfsSize(installer),
          ...asked,
          ...kernelArgs,
        }).arguments,
      }),
  }
}

function rootfsSize({ artifacts }: Installer): number {
  return artifacts.find(({ role }) => role === 'rootfs')?.sizeBytes ?? 0
}

/** The script that self-chaining media run. */
export function autoexecFor(base: string, network: MediaNetwork = {}): string {
  return renderAutoexec({ base, network })
}

/** The script for machines that got iPXE over the network, beside the binary or as DHCP's boot file. */
export function netbootAutoexecFor(
  base: string,
  network: Pick<MediaNetwork, 'syslog' | 'vlan'> = {},
): string {
  return renderNetbootAutoexec({ base, network })
}
