import { mergePhoneHome } from '../codec/user-data/phone-home.ts'
import { inertUserData, renderUserData, type UserDataDocument } from '../codec/user-data/user-data.ts'
import { CLASSIC_NAMES } from '../domain/artifact.ts'
import type { Installer } from '../domain/installer.ts'
import { composeKernelLine, type KernelLine } from '../domain/kernel-line.ts'
import { renderAutoexec } from '../render/ipxe/autoexec.ts'
import { renderClassicScript } from '../render/ipxe/classic-script.ts'
import { renderInstallScript } from '../render/ipxe/install-script.ts'
import type { BootTexts } from './boot-desk.ts'

export interface BootTextOptions {
  readonly installer: Installer
  readonly userData: UserDataDocument
  readonly kernelArgs: { readonly add: readonly string[]; readonly remove: readonly string[] }
  readonly phoneHome: boolean
  /** Serve the classic names too: anyone who reaches the server can read the user-data. */
  readonly classic: boolean
}

/** As long as any base may get: the longest host name there is. */
const LONGEST_BASE = `http://${'h'.repeat(253)}:65535`

/**
 * What hosts are told, made from the installer, the user-data and the kernel arguments asked for. Failure
 * `kernel-line.invalid` here, not when the first host asks.
 */
export function createBootTexts({
  installer,
  userData,
  kernelArgs,
  phoneHome,
  classic,
}: BootTextOptions): BootTexts & {
  readonly warnings: readonly string[]
} {
  const rootfsSizeBytes = installer.artifacts.find(({ role }) => role === 'rootfs')?.sizeBytes ?? 0
  const { warnings } = lineFor(LONGEST_BASE, 'a'.repeat(16), 'a'.repeat(32), '52:54:00:00:00:00')

  function lineFor(base: string, bootId: string, token: string, mac: string): KernelLine {
    return composeKernelLine({
      rootUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.rootfs}`,
      configUrl: `${base}/h/${token}/config.yaml`,
      rootfsSizeBytes,
      mac,
      ...kernelArgs,
    })
  }

  return {
    warnings,
    inertUserData: inertUserData(),
    installScript: ({ host, mac, bootId, token, base }) =>
      renderInstallScript({
        host,
        base,
        kernelUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.kernel}`,
        initrdUrl: `${base}/b/${bootId}/${CLASSIC_NAMES.initrd}`,
        kernelArguments: lineFor(base, bootId, token, mac).arguments,
      }),
    userData: ({ token, base }) =>
      phoneHome
        ? mergePhoneHome(userData, { eventsUrl: `${base}/h/${token}/events` })
        : renderUserData(userData),
    ...(classic
      ? {
          classicUserData: renderUserData(userData),
          classicScript: (base: string) =>
            renderClassicScript({
              base,
              kernelArguments: composeKernelLine({
                rootUrl: `${base}/${CLASSIC_NAMES.rootfs}`,
                configUrl: `${base}/config.yaml`,
                rootfsSizeBytes,
                ...kernelArgs,
              }).arguments,
            }),
        }
      : {}),
  }
}

/** The script that self-chaining media run. */
export function autoexecFor(base: string): string {
  return renderAutoexec({ base })
}
