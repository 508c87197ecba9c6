import {
  HEAD_BYTES,
  type Recognised,
  recogniseInitrd,
  recogniseKernel,
  recogniseSquashfs,
} from '../../codec/boot-images/boot-images.ts'
import { readKernelArguments } from '../../codec/grub-cfg/grub-cfg.ts'
import { isSignatureHead, parseEfiHead, SIGNATURE_HEAD_BYTES } from '../../codec/pe/parse-efi-file.ts'
import { ARTIFACT_ROLES, type ArtifactRole } from '../../domain/artifact.ts'
import { Failure } from '../../domain/failure.ts'
import type { Architecture, Artifact, Installer } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'
import { type IsoDirectory, type IsoEntry, openIsoDirectory } from './iso-directory.ts'
import { readIsoEntry } from './read-iso-entry.ts'

export interface InspectOptions {
  /** Paths inside the ISO given by hand, for families we do not know. */
  readonly paths?: Readonly<Record<ArtifactRole, string>>
}

/** Where CanvOS and AuroraBoot put the three files. */
export const KAIROS_PATHS: Readonly<Record<ArtifactRole, string>> = {
  kernel: '/boot/kernel',
  initrd: '/boot/initrd',
  rootfs: '/rootfs.squashfs',
}
const UKI_LABEL = 'UKI_ISO_INSTALL'
const GRUB_CONFIGS = ['/boot/grub2/grub.cfg', '/boot/grub/grub.cfg', '/EFI/BOOT/grub.cfg']
const MAX_GRUB_BYTES = 256 * 1024

/** Places of files that only an installer booted from the ISO itself sees. */
const BUILT_IN = ['/files-iso', '/opt/spectrocloud/content', '/opt/spectrocloud/clusterconfig']
/** Public key for signed content; hidden, but not user-data. */
const SIGNING_KEY = '/.edge_custom_config.yaml'
/** An installer booted from the ISO takes every such file for user-data, whatever its name. */
const USER_DATA = /\.ya?ml$/i

/**
 * What an installer ISO is and where its artifacts lie. Failure `iso.malformed`, `installer.uki`,
 * `installer.unknown-family` or `installer.invalid-artifact`, each naming what was found.
 */
export async function inspectInstaller(
  blob: RandomAccess,
  options: InspectOptions,
  signal: AbortSignal,
): Promise<Installer> {
  const iso = await openIsoDirectory(blob, signal)
  const paths = options.paths ?? KAIROS_PATHS
  const found = await Promise.all(
    ARTIFACT_ROLES.map(async (role) => ({ role, entry: await iso.find(paths[role]) })),
  )
  const artifacts = found.flatMap(({ role, entry }) =>
    entry?.kind === 'file' ? [toArtifact(role, entry)] : [],
  )
  if (artifacts.length < ARTIFACT_ROLES.length) {
    await refuseUki(iso)
    throw await missing(iso, artifacts, paths, options)
  }
  const checked = await Promise.all(artifacts.map((artifact) => check(blob, artifact, signal)))
  const kernel = artifacts.find(({ role }) => role === 'kernel')
  const kernelSigned = kernel && (await isSigned(blob, kernel, signal))
  const builtInFiles = await findBuiltIn(iso)
  return {
    family: options.paths ? 'unknown' : 'kairos',
    volumeLabel: iso.volumeLabel,
    architecture: await architecture(iso, checked),
    artifacts,
    ...(kernelSigned === undefined ? {} : { kernelSigned }),
    builtInFiles,
    kernelArguments: await kernelArguments(blob, iso, signal),
    warnings: warningsAbout(builtInFiles),
  }
}

function toArtifact(role: ArtifactRole, { path, sizeBytes, extents }: IsoEntry): Artifact {
  return { role, path, sizeBytes, extents }
}

async function refuseUki(iso: IsoDirectory): Promise<void> {
  const hasUki = (await iso.list('/EFI/kairos')).some(({ name }) => /\.efi$/i.test(name))
  if (iso.volumeLabel !== UKI_LABEL && !hasUki) return
  throw new Failure(
    'installer.uki',
    `this is a trusted-boot (UKI) ISO (label ${iso.volumeLabel}): kernel, initrd and command line are one signed file, ` +
      'so it cannot be netbooted with a kernel line of its own. Attach the ISO itself as virtual media or a USB stick, ' +
      'or boot it by UEFI HTTP boot; or build a non-UKI ISO for netboot',
    { label: iso.volumeLabel },
  )
}

async function missing(
  iso: IsoDirectory,
  artifacts: readonly Artifact[],
  paths: Readonly<Record<ArtifactRole, string>>,
  options: InspectOptions,
): Promise<Failure> {
  const absent = ARTIFACT_ROLES.filter((role) => !artifacts.some((artifact) => artifact.role === role))
  const names = absent.map((role) => `${role} ${paths[role]}`).join(', ')
  if (options.paths)
    return new Failure('iso.path-not-found', `the ISO has no ${names}; its root holds ${await rootOf(iso)}`)
  return new Failure(
    'installer.unknown-family',
    `no Palette/Kairos installer: label ${iso.volumeLabel || '(none)'}, no ${names}; its root holds ${await rootOf(iso)}. ` +
      'For another family name the three files: --kernel PATH --initrd PATH --rootfs PATH',
    { label: iso.volumeLabel },
  )
}

async function rootOf(iso: IsoDirectory): Promise<string> {
  const names = (await iso.list('/')).map(({ name, kind }) => (kind === 'directory' ? `${name}/` : name))
  return names.slice(0, 20).join(' ') || 'nothing'
}

async function check(blob: RandomAccess, artifact: Artifact, signal: AbortSignal): Promise<Recognised> {
  const head = await readIsoEntry(blob, artifact, Math.min(HEAD_BYTES, artifact.sizeBytes), signal)
  const recognised = recognise(artifact, head)
  if (recognised.ok) return recognised
  throw new Failure('installer.invalid-artifact', `${artifact.path} in the ISO is ${recognised.problem}`, {
    path: artifact.path,
  })
}

async function isSigned(
  blob: RandomAccess,
  kernel: Artifact,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { sizeBytes } = kernel
  const head = await readIsoEntry(blob, kernel, Math.min(HEAD_BYTES, sizeBytes), signal)
  const efi = parseEfiHead(head, sizeBytes)
  if (!efi?.signature) return efi && false
  const { offsetBytes, lengthBytes } = efi.signature
  const entry = await readIsoEntry(blob, kernel, SIGNATURE_HEAD_BYTES, signal, offsetBytes)
  return isSignatureHead(entry, lengthBytes)
}

function recognise({ role, sizeBytes }: Artifact, head: Uint8Array): Recognised {
  if (sizeBytes === 0) return { ok: false, problem: 'empty' }
  switch (role) {
    case 'kernel':
      return recogniseKernel(head)
    case 'initrd':
      return recogniseInitrd(head)
    case 'rootfs':
      return recogniseSquashfs(head, sizeBytes)
  }
}

async function architecture(iso: IsoDirectory, checked: readonly Recognised[]): Promise<Architecture> {
  const ofKernel = checked
    .map((one) => (one.ok ? one.architecture : undefined))
    .find((known) => known !== undefined)
  if (ofKernel) return ofKernel
  for (const directory of ['/EFI/BOOT', '/efi/boot']) {
    const names = (await iso.list(directory)).map(({ name }) => name.toUpperCase())
    if (names.includes('BOOTX64.EFI')) return 'x86_64'
    if (names.includes('BOOTAA64.EFI')) return 'arm64'
  }
  return 'unknown'
}

async function kernelArguments(
  blob: RandomAccess,
  iso: IsoDirectory,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for (const path of GRUB_CONFIGS) {
    const entry = await iso.find(path)
    if (entry?.kind !== 'file' || entry.sizeBytes > MAX_GRUB_BYTES) continue
    const text = new TextDecoder().decode(await readIsoEntry(blob, entry, entry.sizeBytes, signal))
    const found = readKernelArguments(text)
    if (found.length > 0) return found
  }
  return []
}

async function findBuiltIn(iso: IsoDirectory): Promise<Installer['builtInFiles']> {
  const listed = await Promise.all(BUILT_IN.map((path) => iso.list(path)))
  const inRoot = (await iso.list('/')).filter(({ name }) => USER_DATA.test(name))
  return [...listed.flat(), ...inRoot]
    .filter(({ kind }) => kind === 'file')
    .map(({ path, sizeBytes }) => ({ path, sizeBytes }))
}

/** A netboot does not mount the ISO, so nothing of this reaches the host, and nothing says so there. */
function warningsAbout(files: Installer['builtInFiles']): readonly string[] {
  const names = (test: (path: string) => boolean): string =>
    files
      .map(({ path }) => path)
      .filter(test)
      .join(', ')
  const userData = names((path) => USER_DATA.test(path) && path !== SIGNING_KEY && !path.startsWith('/opt/'))
  const content = names((path) => path.startsWith('/opt/'))
  const key = names((path) => path === SIGNING_KEY)
  return [
    ...(userData
      ? [`${userData} is built into this ISO and is not used by a netboot; give it with --user-data instead`]
      : []),
    ...(content ? [`${content} (content bundles, cluster definition) do not travel with a netboot`] : []),
    ...(key ? [`${key} (key of signed content) does not travel with a netboot`] : []),
  ]
}
