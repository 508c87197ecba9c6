import {
  ANY,
  BOOLEAN,
  COUNT,
  FREE_SCALARS,
  type KeyEntry,
  type KeyShape,
  listOf,
  mapTo,
  openMap,
  TEXT,
  TEXTS,
} from './user-data-key.ts'

const source = 'yip: schema of stages and steps'

/** Stages of every boot, in order; `.before` and `.after` of each exist too. */
export const BOOT_STAGES: readonly string[] = ['rootfs', 'initramfs', 'fs', 'boot', 'network', 'reconcile']

/** Hooks of the installer, of a reset and of an upgrade, in order. */
const HOOKS: readonly string[] = [
  'kairos-install.pre',
  'before-install',
  'after-install-chroot',
  'after-install',
  'kairos-install.after',
  'kairos-uki-install.pre',
  'kairos-uki-install.after',
  'kairos-reset.pre',
  'before-reset',
  'after-reset-chroot',
  'after-reset',
  'kairos-reset.after',
  'kairos-upgrade.pre',
  'before-upgrade',
  'after-upgrade-chroot',
  'after-upgrade',
  'kairos-upgrade.after',
]

/** Every stage something runs. Agents' plug-ins add their own, so another name is only suspicious. */
export const STAGE_NAMES: readonly string[] = [...BOOT_STAGES, ...HOOKS].flatMap((stage) => [
  stage,
  `${stage}.before`,
  `${stage}.after`,
])

const entry = (key: string, shape: KeyShape, description: string): KeyEntry => ({
  key,
  shape,
  description,
  source,
})

const STEP_USER: KeyShape = openMap([
  { ...entry('passwd', TEXT, 'Password, plain or as a crypt hash.'), secret: true },
  entry('groups', TEXTS, 'Groups the user is a member of.'),
  entry('lock_passwd', BOOLEAN, 'Forbids logging in by password.'),
  entry('ssh_authorized_keys', TEXTS, 'Public keys that may log in.'),
  entry('homedir', TEXT, 'Home directory.'),
  entry('primary_group', TEXT, 'Primary group.'),
  entry('shell', TEXT, 'Login shell.'),
  entry('gecos', TEXT, 'Full name.'),
  entry('uid', ANY, 'Number of the user.'),
  entry('no_create_home', BOOLEAN, 'Makes no home directory.'),
  entry('no_user_group', BOOLEAN, 'Makes no group of its own.'),
  entry('no_log_init', BOOLEAN, 'Leaves the login logs alone.'),
  entry('system', BOOLEAN, 'Makes it a system user.'),
])

const FILE: KeyShape = openMap([
  { ...entry('path', TEXT, 'Where the file is written.'), required: 'always' },
  entry('content', TEXT, 'What is in it.'),
  entry('permissions', COUNT, 'Its mode.'),
  entry('owner', { kind: 'scalar' }, 'Number of its owner.'),
  entry('group', { kind: 'scalar' }, 'Number of its group.'),
  entry('owner_string', TEXT, 'Owner and group by name.'),
  entry('encoding', TEXT, 'How the content is encoded, such as base64.'),
])

const DOWNLOAD: KeyShape = openMap([
  entry('path', TEXT, 'Where the file is written.'),
  entry('url', TEXT, 'Where it comes from.'),
  entry('permissions', COUNT, 'Its mode.'),
  entry('owner', { kind: 'scalar' }, 'Number of its owner.'),
  entry('group', { kind: 'scalar' }, 'Number of its group.'),
  entry('owner_string', TEXT, 'Owner and group by name.'),
  entry('timeout', COUNT, 'Longest time it may take, in seconds.'),
])

/** The keys of one step of a stage. */
const STEP_KEYS: readonly KeyEntry[] = [
  entry('name', TEXT, 'What the step is called in the log.'),
  entry('if', TEXT, 'Shell condition; the step runs when it is true.'),
  entry('commands', TEXTS, 'Shell commands, in order.'),
  entry('files', listOf(FILE), 'Files to write.'),
  entry('downloads', listOf(DOWNLOAD), 'Files to fetch.'),
  entry('directories', listOf(ANY), 'Directories to make.'),
  entry('users', mapTo(STEP_USER), 'Users to make, by name.'),
  entry('authorized_keys', mapTo(TEXTS), 'Public keys that may log in, by user.'),
  entry('hostname', TEXT, 'Host name.'),
  entry('environment', FREE_SCALARS, 'Variables for the system.'),
  entry('environment_file', TEXT, 'File the variables are written to.'),
  entry('systemctl', ANY, 'Units to enable, disable, start, mask or override.'),
  entry('sysctl', FREE_SCALARS, 'Settings of the kernel.'),
  entry('modules', TEXTS, 'Kernel modules to load.'),
  entry('dns', ANY, 'Name servers and search domains.'),
  entry('timesyncd', FREE_SCALARS, 'Settings of the time service.'),
  entry('systemd_firstboot', FREE_SCALARS, 'Options of systemd-firstboot.'),
  entry('packages', ANY, 'Packages to install or remove.'),
  entry('layout', ANY, 'Partitions of a disk.'),
  entry('git', ANY, 'Repository to check out.'),
  entry('datasource', ANY, 'Where to read metadata of a cloud.'),
  entry('ensure_entities', ANY, 'Entries of passwd and group to make.'),
  entry('delete_entities', ANY, 'Entries of passwd and group to remove.'),
  entry('unpack_images', ANY, 'Container images to unpack.'),
  entry('after', ANY, 'Steps this one waits for.'),
  entry('node', TEXT, 'Runs only on hosts whose name matches.'),
  entry('only_os', TEXT, 'Runs only on systems whose name matches.'),
  entry('only_os_version', TEXT, 'Runs only on versions that match.'),
  entry('only_arch', TEXT, 'Runs only on architectures that match.'),
  entry('only_service_manager', TEXT, 'Runs only under this service manager.'),
]

const STEPS: KeyShape = listOf(openMap(STEP_KEYS))

/** `stages`: lists of steps by stage. */
export const STAGES: KeyShape = {
  kind: 'map',
  keys: [
    ...BOOT_STAGES.map((stage) => entry(stage, STEPS, `Runs at every boot, in the part called ${stage}.`)),
    ...HOOKS.map((stage) =>
      entry(stage, STEPS, `Runs at ${stage} of an installation, a reset or an upgrade.`),
    ),
  ],
  others: STEPS,
}
