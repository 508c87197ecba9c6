import {
  BOOLEAN,
  COUNT,
  closedMap,
  FREE_SCALARS,
  type KeyEntry,
  listOf,
  PORT,
  TEXT,
  TEXTS,
} from './user-data-key.ts'
import { SITE_KEYS } from './user-data-site-keys.ts'

const source = 'Palette: Edge installer configuration reference'

/** What both kinds of registry entry have. */
const REGISTRY_KEYS: readonly KeyEntry[] = [
  { key: 'domain', shape: TEXT, required: 'always', description: 'Host name of the registry.', source },
  {
    key: 'username',
    shape: TEXT,
    required: { beside: 'password' },
    description: 'User at the registry.',
    source,
  },
  { key: 'password', shape: TEXT, secret: true, description: 'Password at the registry.', source },
  {
    key: 'encodedPassword',
    shape: TEXT,
    secret: true,
    description: 'Password at the registry, encoded.',
    source,
  },
  {
    key: 'insecure',
    shape: BOOLEAN,
    absent: false,
    description: 'Trusts any certificate of the registry.',
    source,
  },
]

const LOGIN_KEYS: readonly KeyEntry[] = [
  {
    key: 'attemptsBeforeExponentialDelayStarts',
    shape: COUNT,
    absent: 3,
    description: 'Failed logins until each further one has to wait longer.',
    source,
  },
  {
    key: 'disableRateLimiting',
    shape: BOOLEAN,
    absent: false,
    description: 'Lets anyone guess passwords at any speed.',
    source,
  },
  {
    key: 'lockoutDurationInMinutes',
    shape: COUNT,
    absent: 15,
    description: 'How long a locked login stays locked, in minutes.',
    source,
  },
  {
    key: 'maxFailedAttemptsBeforeLockout',
    shape: COUNT,
    absent: 5,
    description: 'Failed logins until the login is locked.',
    source,
  },
]

/** The keys of `stylus`: the Palette agent. */
export const STYLUS_KEYS: readonly KeyEntry[] = [
  {
    key: 'site',
    shape: closedMap(SITE_KEYS),
    description: 'Who the host is and where it registers.',
    source,
  },
  {
    key: 'managementMode',
    shape: { kind: 'text', oneOf: ['central', 'local'] },
    absent: 'central',
    description: 'Whether Palette manages the host, or a person through its Local UI.',
    source,
  },
  {
    key: 'installationMode',
    shape: { kind: 'text', oneOf: ['connected', 'airgap'] },
    deprecated: 'managementMode: central for connected, managementMode: local for airgap',
    description: 'Older name of managementMode.',
    source,
  },
  { key: 'debug', shape: BOOLEAN, absent: false, description: 'Logs more.', source },
  { key: 'trace', shape: BOOLEAN, absent: false, description: 'Logs everything.', source },
  {
    key: 'featureGate',
    shape: TEXT,
    absent: '',
    description: 'Features to switch on, separated by commas.',
    source,
  },
  {
    key: 'includeTui',
    shape: BOOLEAN,
    absent: false,
    deprecated: 'disableTui, where the text interface is not wanted',
    description: 'Shows the text interface on the console.',
    source,
  },
  {
    key: 'disableTui',
    shape: BOOLEAN,
    absent: false,
    description: 'Shows no text interface on the console.',
    source,
  },
  {
    key: 'disablePasswordUpdate',
    shape: BOOLEAN,
    absent: false,
    description: 'Keeps the Local UI from changing the password of the operating system.',
    source,
  },
  {
    key: 'enableMultiNode',
    shape: BOOLEAN,
    absent: false,
    description: 'Lets locally managed hosts form a cluster.',
    source,
  },
  {
    key: 'localUI',
    shape: closedMap([
      { key: 'port', shape: PORT, absent: 5080, description: 'Port the Local UI listens on.', source },
      { key: 'login', shape: closedMap(LOGIN_KEYS), description: 'Limits for failed logins.', source },
    ]),
    description: 'The page the host serves for its operator.',
    source,
  },
  { key: 'path', shape: TEXT, absent: '/', description: 'Root of the installation in agent mode.', source },
  {
    key: 'registryCredentials',
    shape: closedMap(REGISTRY_KEYS),
    description: 'Access to the registry of the provider images.',
    source,
  },
  {
    key: 'externalRegistries',
    shape: closedMap([
      {
        key: 'registries',
        shape: listOf(
          closedMap([
            ...REGISTRY_KEYS,
            { key: 'repositoryName', shape: TEXT, description: 'Repository within the registry.', source },
            { key: 'certificates', shape: TEXTS, description: 'Certificates of the registry.', source },
          ]),
        ),
        description: 'Registries images are pulled from.',
        source,
      },
      {
        key: 'registryMappingRules',
        shape: FREE_SCALARS,
        description: 'Which registry takes the place of which.',
        source,
      },
    ]),
    description: 'Registries that stand in for the public ones.',
    source,
  },
  {
    key: 'imageRedirectWebhook',
    shape: closedMap([
      { key: 'enable', shape: BOOLEAN, absent: true, description: 'Redirects image names.', source },
      {
        key: 'port',
        shape: { kind: 'integer', minimum: 0, maximum: 65_535 },
        absent: 0,
        description: 'Port of the webhook; 0 takes any free one.',
        source,
      },
    ]),
    description: 'Webhook that points image names at other registries.',
    source,
  },
  {
    key: 'vip',
    shape: closedMap([
      { key: 'skip', shape: BOOLEAN, absent: false, description: 'Sets no virtual address up.', source },
    ]),
    description: 'Virtual address of the cluster.',
    source,
  },
]
