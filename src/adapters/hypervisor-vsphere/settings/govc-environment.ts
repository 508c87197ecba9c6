import { Failure } from '../../../domain/failure.ts'
import { vsphereOptionProblem } from '../../../domain/vsphere-options.ts'
import { requireThumbprint } from './thumbprint.ts'
import type { VsphereDefaults, VspherePlaceKind } from './vsphere-settings.ts'
import { parseVsphereUrl, type VsphereUrl } from './vsphere-url.ts'

/** What was said on the command line; wins over the environment. */
export interface VsphereFlags {
  readonly url?: string | undefined
  readonly user?: string | undefined
  readonly passwordFile?: string | undefined
  readonly caFile?: string | undefined
  readonly thumbprint?: string | undefined
  readonly insecure?: boolean | undefined
}

/** A file that holds part of the settings, and what named it. */
export interface NamedFile {
  readonly path: string
  readonly namedBy: string
}

/** The settings as far as they are known without reading a file. */
export interface VsphereWish {
  readonly server: VsphereUrl
  readonly user: string
  readonly password: { readonly text: string } | NamedFile
  readonly trust: TrustWish
  readonly defaults: VsphereDefaults
}

export type TrustWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'thumbprint'; readonly thumbprint: string }
  /** The thumbprint of the server in `knownHosts`, else these authorities, else those of the system. */
  | {
      readonly kind: 'files'
      readonly authorities: readonly NamedFile[]
      readonly knownHosts: NamedFile | undefined
    }

type Environment = Readonly<Record<string, string | undefined>>

/** The variables that name places, as govc knows them. */
export const PLACE_VARIABLES: Readonly<Record<VspherePlaceKind, string>> = {
  datacenter: 'GOVC_DATACENTER',
  datastore: 'GOVC_DATASTORE',
  network: 'GOVC_NETWORK',
  pool: 'GOVC_RESOURCE_POOL',
  folder: 'GOVC_FOLDER',
  host: 'GOVC_HOST',
  cluster: 'GOVC_CLUSTER',
}

const MAX_CA_FILES = 16
/** The texts of Go's `strconv.ParseBool`, by which govc reads its switches. */
const SWITCH: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
])

/**
 * Where vSphere is and who asks, by the flags and then by the variables of govc. `undefined` when neither names a
 * server. Failure `usage.invalid` naming the flag or the variable; it never holds any part of a password.
 */
export function vsphereWish(env: Environment, flags: VsphereFlags): VsphereWish | undefined {
  const server = serverOf(env, flags)
  if (!server) return undefined
  const user =
    flags.user || (flags.url ? server.user || env['GOVC_USERNAME'] : env['GOVC_USERNAME'] || server.user)
  if (!user) {
    throw new Failure(
      'usage.invalid',
      `no user for ${server.address}: set GOVC_USERNAME or give --vsphere-user`,
    )
  }
  return {
    server,
    user,
    password: passwordOf(env, flags, server),
    trust: trustOf(env, flags),
    defaults: placesOf(env),
  }
}

function serverOf(env: Environment, flags: VsphereFlags): VsphereUrl | undefined {
  if (!flags.url) return env['GOVC_URL'] ? parseVsphereUrl(env['GOVC_URL'], 'GOVC_URL') : undefined
  const server = parseVsphereUrl(flags.url, '--vsphere-url')
  if (server.password === undefined) return server
  throw new Failure(
    'usage.invalid',
    '--vsphere-url holds a password, and every user of this machine can read arguments: leave it out, and give ' +
      '--vsphere-password-file or set GOVC_PASSWORD',
  )
}

function passwordOf(env: Environment, flags: VsphereFlags, server: VsphereUrl): VsphereWish['password'] {
  if (flags.passwordFile) return { path: flags.passwordFile, namedBy: '--vsphere-password-file' }
  const text = env['GOVC_PASSWORD'] || server.password
  if (text) return { text }
  throw new Failure(
    'usage.invalid',
    `no password for ${server.address}: set GOVC_PASSWORD or give --vsphere-password-file`,
  )
}

function trustOf(env: Environment, { caFile, thumbprint, insecure }: VsphereFlags): TrustWish {
  const said = [caFile && '--vsphere-ca-file', thumbprint && '--vsphere-thumbprint', insecure && '--insecure']
  const given = said.filter((name) => typeof name === 'string')
  if (given.length > 1) {
    throw new Failure('usage.invalid', `${given.join(' and ')} contradict each other: give one of them`)
  }
  if (thumbprint)
    return { kind: 'thumbprint', thumbprint: requireThumbprint(thumbprint, '--vsphere-thumbprint') }
  if (caFile) return files([{ path: caFile, namedBy: '--vsphere-ca-file' }])
  if (insecure ?? switchOf(env, 'GOVC_INSECURE')) return { kind: 'none' }
  const paths = (env['GOVC_TLS_CA_CERTS'] ?? '').split(':').filter((path) => path !== '')
  if (paths.length > MAX_CA_FILES) {
    throw new Failure('usage.invalid', `GOVC_TLS_CA_CERTS: more than ${MAX_CA_FILES} files`)
  }
  const known = env['GOVC_TLS_KNOWN_HOSTS']
  return files(
    paths.map((path) => ({ path, namedBy: 'GOVC_TLS_CA_CERTS' })),
    known ? { path: known, namedBy: 'GOVC_TLS_KNOWN_HOSTS' } : undefined,
  )
}

function files(authorities: readonly NamedFile[], knownHosts?: NamedFile): TrustWish {
  return { kind: 'files', authorities, knownHosts }
}

function switchOf(env: Environment, name: string): boolean {
  const text = env[name]
  if (text === undefined || text === '') return false
  const value = Object.hasOwn(SWITCH, text) ? SWITCH[text] : undefined
  if (value !== undefined) return value
  throw new Failure(
    'usage.invalid',
    `${name} is ${JSON.stringify(text.slice(0, 40))}; expected true or false`,
  )
}

function placesOf(env: Environment): VsphereDefaults {
  const places: Partial<Record<VspherePlaceKind, string>> = {}
  for (const [kind, variable] of Object.entries(PLACE_VARIABLES) as [VspherePlaceKind, string][]) {
    const text = env[variable]
    if (text === undefined || text === '') continue
    // Networks are places as well, though no option of a machine: the rule is that of any other place.
    const problem = vsphereOptionProblem(kind === 'network' ? 'folder' : kind, text)
    if (problem) throw new Failure('usage.invalid', `${variable} ${problem}`)
    places[kind] = text
  }
  return places
}
