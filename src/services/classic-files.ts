import { CLASSIC_NAMES } from '../domain/artifact.ts'
import type { Extent, Installer } from '../domain/installer.ts'
import { composeKernelLine } from '../domain/kernel-line.ts'
import { renderClassicScript } from '../render/ipxe/classic-script.ts'

/** One file of the classic folder: bytes of the ISO, or a text. */
export type ClassicFile =
  | { readonly name: string; readonly sizeBytes: number; readonly extents: readonly Extent[] }
  | { readonly name: string; readonly text: string }

/**
 * The folder of the published guide, for people who serve it with something else: three artifacts, `palette.ipxe`,
 * and `config.yaml` where a user-data is given. `base` is `http://HOST:PORT`.
 */
export function classicFiles(
  installer: Installer,
  { base, userData }: { readonly base: string; readonly userData?: string },
): readonly ClassicFile[] {
  return [
    ...installer.artifacts.map(({ role, sizeBytes, extents }) => ({
      name: CLASSIC_NAMES[role],
      sizeBytes,
      extents,
    })),
    ...(userData === undefined ? [] : [{ name: 'config.yaml', text: userData }]),
    {
      name: 'palette.ipxe',
      text: renderClassicScript({ base, kernelArguments: kernelArguments(installer, base) }),
    },
  ]
}

/** With the guide's line alone, slow networks end in a live system that never installs. */
function kernelArguments({ artifacts }: Installer, base: string): readonly string[] {
  return composeKernelLine({
    rootUrl: `${base}/${CLASSIC_NAMES.rootfs}`,
    configUrl: `${base}/config.yaml`,
    rootfsSizeBytes: artifacts.find(({ role }) => role === 'rootfs')?.sizeBytes ?? 0,
    add: [],
    remove: [],
  }).arguments
}
