import { BUNDLES, INSTALL_KEYS, OPTIONS } from './user-data-install-keys.ts'
import {
  ANY,
  BOOLEAN,
  closedMap,
  FREE_SCALARS,
  type KeyEntry,
  type KeyShape,
  listOf,
  openMap,
  TEXT,
  TEXTS,
  type UserDataPath,
} from './user-data-key.ts'
import { STAGES } from './user-data-stage-keys.ts'
import { STYLUS_KEYS } from './user-data-stylus-keys.ts'

const cloudInit = 'cloud-init: modules that yip understands'
const kairos = 'Kairos: configuration reference'

const LOGIN: KeyShape = openMap([
  { key: 'name', shape: TEXT, required: 'always', description: 'Login name.', source: cloudInit },
  { key: 'passwd', shape: TEXT, secret: true, description: 'Password, plain or hashed.', source: cloudInit },
  { key: 'groups', shape: ANY, description: 'Groups, as a list or separated by commas.', source: cloudInit },
  { key: 'lock_passwd', shape: BOOLEAN, description: 'Forbids logging in by password.', source: cloudInit },
  {
    key: 'ssh_authorized_keys',
    shape: TEXTS,
    description: 'Public keys that may log in.',
    source: cloudInit,
  },
  { key: 'shell', shape: TEXT, description: 'Login shell.', source: cloudInit },
  { key: 'homedir', shape: TEXT, description: 'Home directory.', source: cloudInit },
  { key: 'primary_group', shape: TEXT, description: 'Primary group.', source: cloudInit },
])

const WRITTEN_FILE: KeyShape = openMap([
  { key: 'path', shape: TEXT, required: 'always', description: 'Where it is written.', source: cloudInit },
  { key: 'content', shape: TEXT, description: 'What is in it.', source: cloudInit },
  { key: 'permissions', shape: { kind: 'scalar' }, description: 'Its mode.', source: cloudInit },
  { key: 'owner', shape: { kind: 'scalar' }, description: 'Its owner.', source: cloudInit },
  { key: 'encoding', shape: TEXT, description: 'How the content is encoded.', source: cloudInit },
])

const PHONEHOME_KEYS: readonly KeyEntry[] = [
  { key: 'url', shape: TEXT, description: 'Server the installed host reports to.', source: kairos },
  { key: 'registration_token', shape: TEXT, secret: true, description: 'Its token.', source: kairos },
]

const block = (key: string, description: string): KeyEntry => ({
  key,
  shape: ANY,
  description,
  source: kairos,
})

/** All keys at the top of a document that some reader understands. */
const TOP_KEYS: readonly KeyEntry[] = [
  {
    key: 'stylus',
    shape: closedMap(STYLUS_KEYS),
    description: 'The Palette agent.',
    source: 'Palette: Edge installer configuration reference',
  },
  {
    key: 'install',
    shape: closedMap(INSTALL_KEYS),
    description: 'What the installer does with the machine.',
    source: 'Kairos: kairos-sdk, types of the install block',
  },
  {
    key: 'stages',
    shape: STAGES,
    description: 'Steps that run at moments of the installation and of each boot.',
    source: 'yip: schema of stages and steps',
  },
  { key: 'name', shape: TEXT, description: 'What the document is called in logs.', source: kairos },
  { key: 'users', shape: listOf(LOGIN), description: 'Users of the host.', source: cloudInit },
  { key: 'ssh_authorized_keys', shape: TEXTS, description: 'Public keys of the user.', source: cloudInit },
  { key: 'write_files', shape: listOf(WRITTEN_FILE), description: 'Files to write.', source: cloudInit },
  { key: 'hostname', shape: TEXT, description: 'Host name.', source: cloudInit },
  { key: 'growpart', shape: ANY, description: 'Partitions that grow with the disk.', source: cloudInit },
  { key: 'runcmd', shape: ANY, description: 'Shell commands of the first boot.', source: cloudInit },
  { key: 'bootcmd', shape: ANY, description: 'Shell commands of each boot.', source: cloudInit },
  {
    key: 'config_url',
    shape: TEXT,
    description: 'A further document, fetched at the installation and at every boot.',
    source: kairos,
  },
  { key: 'bundles', shape: BUNDLES, description: 'Bundles for the running system.', source: kairos },
  { key: 'options', shape: OPTIONS, description: 'Settings handed to tools.', source: kairos },
  { key: 'grub_options', shape: FREE_SCALARS, description: 'Boot loader variables.', source: kairos },
  { key: 'env', shape: TEXTS, description: 'Environment, as NAME=VALUE.', source: kairos },
  { key: 'debug', shape: BOOLEAN, description: 'Logs more.', source: kairos },
  { key: 'strict', shape: BOOLEAN, description: 'Stops at the first step that fails.', source: kairos },
  { key: 'fail_on_bundles_errors', shape: BOOLEAN, description: 'Bundles must succeed.', source: kairos },
  { key: 'cloud-init-paths', shape: TEXTS, description: 'Where further documents are.', source: kairos },
  { key: 'phonehome', shape: openMap(PHONEHOME_KEYS), description: 'Reports to a server.', source: kairos },
  block('cosign', 'Signatures of images.'),
  block('kcrypt', 'Encryption of partitions.'),
  block('logs', 'Which logs are collected.'),
  block('p2p', 'Network among hosts.'),
  block('vpn', 'Network among hosts.'),
  block('k3s', 'K3s of hosts without Palette.'),
  block('k3s-agent', 'K3s of hosts without Palette.'),
  block('k0s', 'K0s of hosts without Palette.'),
  block('k0s-worker', 'K0s of hosts without Palette.'),
  block('provider', 'Plug-ins of the agent.'),
  block('reset', 'What a reset does.'),
  block('upgrade', 'What an upgrade does.'),
]

/** The whole document. Top-level names nobody knows are legal and ignored. */
export const USER_DATA: KeyShape = openMap(TOP_KEYS)

/** The shape of what stands under `step` in a value of this shape, and the entry when the key is a named one. */
export function below(
  shape: KeyShape,
  step: string | number,
): { readonly shape: KeyShape; readonly entry?: KeyEntry } | undefined {
  if (typeof step === 'number') return shape.kind === 'list' ? { shape: shape.of } : undefined
  if (shape.kind !== 'map') return undefined
  const entry = shape.keys.find(({ key }) => key === step)
  if (entry) return { shape: entry.shape, entry }
  return typeof shape.others === 'string' ? undefined : { shape: shape.others }
}

/** The entries along a path, `undefined` for steps that are list indexes, free names or unknown. */
export function entriesAlong(path: UserDataPath): readonly (KeyEntry | undefined)[] {
  let shape: KeyShape | undefined = USER_DATA
  return path.map((step) => {
    const next = shape ? below(shape, step) : undefined
    shape = next?.shape
    return next?.entry
  })
}

/**
 * Where in `stylus` and `install` a key of this name belongs, for keys that were put elsewhere: the paths of the maps
 * that have it.
 */
export function homesOf(key: string): readonly UserDataPath[] {
  return HOMES.get(key) ?? []
}

const HOMES: ReadonlyMap<string, readonly UserDataPath[]> = collectHomes()

function collectHomes(): ReadonlyMap<string, readonly UserDataPath[]> {
  const homes = new Map<string, UserDataPath[]>()
  const visit = (shape: KeyShape, path: UserDataPath): void => {
    if (shape.kind !== 'map') return
    for (const entry of shape.keys) {
      homes.set(entry.key, [...(homes.get(entry.key) ?? []), path])
      visit(entry.shape, [...path, entry.key])
    }
  }
  visit(closedMap(STYLUS_KEYS), ['stylus'])
  visit(closedMap(INSTALL_KEYS), ['install'])
  return homes
}

/** Whether a text is part of a word that many documents have: a key, a header, a truth value. */
export function isPublicWord(text: string): boolean {
  return WORDS.includes(text)
}

const WORDS = [
  ...['#cloud-config', '#kairos-config', '#node-config', 'true', 'false', 'null', 'stages'],
  ...collectKeys(USER_DATA),
].join('\n')

function collectKeys(shape: KeyShape): readonly string[] {
  if (shape.kind === 'list') return collectKeys(shape.of)
  if (shape.kind !== 'map') return []
  const others = typeof shape.others === 'string' ? [] : collectKeys(shape.others)
  return [...shape.keys.flatMap((entry) => [entry.key, ...collectKeys(entry.shape)]), ...others]
}
