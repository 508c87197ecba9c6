import {
  BOOLEAN,
  closedMap,
  FREE_SCALARS,
  type KeyEntry,
  type KeyShape,
  listOf,
  mapTo,
  TEXT,
  TEXTS,
} from './user-data-key.ts'

const source = 'Palette: Edge installer configuration reference'

/**
 * Characters a host id may not have, by Palette's installer reference, and how long it may be. The id is made from
 * `name`, or from `prefix` and the machine's UUID; `$random` is the one name that is none.
 */
export const HOST_ID: KeyShape = {
  kind: 'text',
  pattern: {
    source: '^(\\$random|[^/?#&+%,$~!@*(){}|=;:<>\'.^"\\s]{1,128})$',
    words: 'at most 128 characters, without spaces, dots or other punctuation than hyphen and underscore',
  },
}

const HOST_NAME: KeyShape = {
  kind: 'text',
  pattern: {
    source:
      '^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$',
    words: 'letters, digits and hyphens, parts of at most 63 characters (RFC 1123)',
  },
}

const NETWORK_INTERFACE: KeyShape = closedMap([
  {
    key: 'type',
    shape: { kind: 'text', oneOf: ['dhcp', 'static'] },
    absent: 'dhcp',
    description: 'How the card gets its address.',
    source,
  },
  {
    key: 'ipAddress',
    shape: TEXT,
    required: { beside: 'type', is: 'static' },
    description: 'Address of the card when it is static.',
    source,
  },
  {
    key: 'mask',
    shape: TEXT,
    required: { beside: 'type', is: 'static' },
    description: 'Network mask of a static address.',
    source,
  },
  { key: 'gateway', shape: TEXT, description: 'Gateway of a static address.', source },
  { key: 'nameserver', shape: TEXT, description: 'Name server asked through this card.', source },
])

const NETWORK: KeyShape = closedMap([
  { key: 'httpProxy', shape: TEXT, description: 'Proxy for HTTP, with scheme and port.', source },
  { key: 'httpsProxy', shape: TEXT, description: 'Proxy for HTTPS, with scheme and port.', source },
  {
    key: 'noProxy',
    shape: TEXT,
    description: 'Hosts and networks reached without the proxy, separated by commas.',
    source,
  },
  { key: 'nameserver', shape: TEXT, description: 'Name server of the host.', source },
  {
    key: 'interfaces',
    shape: mapTo(NETWORK_INTERFACE),
    description: 'Settings by name of the network card.',
    source,
  },
])

const USER: KeyShape = closedMap([
  { key: 'name', shape: TEXT, required: 'always', description: 'Login name.', source },
  { key: 'groups', shape: TEXTS, description: 'Groups the user is a member of.', source },
  {
    key: 'passwd',
    shape: TEXT,
    secret: true,
    description: 'Password, plain or as a crypt hash.',
    source,
  },
  {
    key: 'passwordExpiry',
    shape: { kind: 'scalar' },
    description: 'When the password has to be changed.',
    source,
  },
  { key: 'lock_passwd', shape: BOOLEAN, description: 'Forbids logging in by password.', source },
  { key: 'ssh_authorized_keys', shape: TEXTS, description: 'Public keys that may log in.', source },
])

const TAGS_FROM_FILE: KeyShape = closedMap([
  { key: 'fileName', shape: TEXT, required: 'always', description: 'File the tags are read from.', source },
  { key: 'delimiter', shape: TEXT, absent: '\n', description: 'What stands between two tags.', source },
  { key: 'separator', shape: TEXT, absent: ':', description: 'What stands between name and value.', source },
])

const TAGS_FROM_SCRIPT: KeyShape = closedMap([
  { key: 'scriptName', shape: TEXT, required: 'always', description: 'Script that prints tags.', source },
  {
    key: 'timeout',
    shape: { kind: 'integer', minimum: 1, maximum: 86_400 },
    absent: 60,
    description: 'Longest time the script may take, in seconds.',
    source,
  },
])

const DEVICE_UID_PATH: KeyShape = closedMap([
  { key: 'name', shape: TEXT, required: 'always', description: 'File the id is read from.', source },
  { key: 'regex', shape: TEXT, description: 'Which part of it is the id.', source },
])

/** The keys of `stylus.site`: who the host is and how it reaches Palette. */
export const SITE_KEYS: readonly KeyEntry[] = [
  {
    key: 'paletteEndpoint',
    shape: TEXT,
    description: 'Host name of the Palette instance, without scheme and path.',
    source,
  },
  {
    key: 'edgeHostToken',
    shape: TEXT,
    secret: true,
    description: 'Registration token; with it the host registers by itself.',
    source,
  },
  { key: 'projectName', shape: TEXT, description: 'Project the host registers in, by name.', source },
  { key: 'projectUid', shape: TEXT, description: 'Project the host registers in, by id.', source },
  {
    key: 'registrationURL',
    shape: TEXT,
    description: 'Page the QR code on the console leads to; not used when a token registers the host.',
    source,
  },
  {
    key: 'disableAutoRegister',
    shape: BOOLEAN,
    absent: false,
    description: 'Keeps the host from registering by itself.',
    source,
  },
  {
    key: 'name',
    shape: HOST_ID,
    description: 'Id of the host, and source of its host name; $random makes one up.',
    source,
  },
  {
    key: 'prefix',
    shape: HOST_ID,
    absent: 'edge',
    description: 'Beginning of ids that are generated.',
    source,
  },
  {
    key: 'deviceUIDPaths',
    shape: listOf(DEVICE_UID_PATH),
    description: 'Files the id is generated from; without it the product UUID of the firmware.',
    source,
  },
  { key: 'hostName', shape: HOST_NAME, description: 'Host name, when it is not the name.', source },
  { key: 'tags', shape: FREE_SCALARS, description: 'Tags the host registers with.', source },
  { key: 'tagsFromFile', shape: TAGS_FROM_FILE, description: 'Tags read from a file.', source },
  { key: 'tagsFromScript', shape: TAGS_FROM_SCRIPT, description: 'Tags printed by a script.', source },
  { key: 'network', shape: NETWORK, description: 'Proxies, name server and network cards.', source },
  { key: 'ntpServers', shape: TEXTS, description: 'Time servers.', source },
  {
    key: 'caCerts',
    shape: TEXTS,
    description: 'Certificates of authorities the host trusts.',
    source,
  },
  {
    key: 'insecureSkipVerify',
    shape: BOOLEAN,
    absent: false,
    description: 'Trusts any certificate of the Palette instance.',
    source,
  },
  {
    key: 'remoteShell',
    shape: closedMap([
      {
        key: 'disable',
        shape: BOOLEAN,
        absent: false,
        description: 'Switches the remote shell off.',
        source,
      },
    ]),
    description: 'Remote shell of the management plane.',
    source,
  },
  { key: 'users', shape: listOf(USER), description: 'Users of the installed host.', source },
  { key: 'clusterId', shape: TEXT, description: 'Cluster the host joins when it registers, by id.', source },
  {
    key: 'clusterName',
    shape: TEXT,
    description: 'Cluster the host joins when it registers, by name.',
    source,
  },
]
