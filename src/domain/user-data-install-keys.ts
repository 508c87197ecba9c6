import {
  ANY,
  BOOLEAN,
  COUNT,
  closedMap,
  FREE_SCALARS,
  type KeyEntry,
  type KeyShape,
  listOf,
  openMap,
  TEXT,
  TEXTS,
} from './user-data-key.ts'

const source = 'Kairos: kairos-sdk, types of the install block'

const PARTITION: KeyShape = openMap([
  { key: 'name', shape: TEXT, description: 'Name of the partition.', source },
  { key: 'label', shape: TEXT, description: 'Label of its file system.', source },
  { key: 'size', shape: COUNT, description: 'Size in MiB; 0 takes what is left.', source },
  { key: 'fs', shape: TEXT, description: 'Kind of file system, such as ext4.', source },
  { key: 'flags', shape: TEXTS, description: 'Flags of the partition.', source },
])

const IMAGE: KeyShape = openMap([
  { key: 'size', shape: COUNT, description: 'Size of the image in MiB.', source },
  { key: 'uri', shape: TEXT, description: 'Where the image comes from, such as oci:REGISTRY/NAME.', source },
  { key: 'source', shape: TEXT, description: 'Older name of uri.', source },
  { key: 'fs', shape: TEXT, description: 'Kind of file system.', source },
  { key: 'label', shape: TEXT, description: 'Label of its file system.', source },
])

/** Software put into the system when it is installed or started. */
export const BUNDLES: KeyShape = listOf(
  openMap([
    { key: 'targets', shape: TEXTS, description: 'Names of the bundles.', source },
    { key: 'repository', shape: TEXT, description: 'Where they come from.', source },
    { key: 'rootfs_path', shape: TEXT, description: 'Where they are unpacked.', source },
    { key: 'db_path', shape: TEXT, description: 'Where their database is.', source },
    { key: 'local_file', shape: BOOLEAN, description: 'The target is a file of the installer.', source },
  ]),
)

const PARTITION_KEYS: readonly KeyEntry[] = [
  { key: 'oem', shape: PARTITION, description: 'Holds the configuration; 64 MiB unless said.', source },
  { key: 'recovery', shape: PARTITION, description: 'Holds the recovery system.', source },
  { key: 'state', shape: PARTITION, description: 'Holds the active and the passive system.', source },
  { key: 'persistent', shape: PARTITION, description: 'Holds the data; the rest of the disk.', source },
  { key: 'efi', shape: PARTITION, description: 'Holds what UEFI firmware starts.', source },
]

const flag = (key: string, description: string): KeyEntry => ({ key, shape: BOOLEAN, description, source })
const text = (key: string, description: string): KeyEntry => ({ key, shape: TEXT, description, source })
const texts = (key: string, description: string): KeyEntry => ({ key, shape: TEXTS, description, source })

/** The keys of `install`: what the installer does with the machine. */
export const INSTALL_KEYS: readonly KeyEntry[] = [
  flag('auto', 'Installs without asking.'),
  {
    key: 'device',
    shape: {
      kind: 'text',
      pattern: {
        source: '^(|auto|/dev/\\S+|script://\\S+)$',
        words: 'auto, a path below /dev, or script://FILE',
      },
    },
    absent: 'auto',
    description: 'Disk that is wiped and installed on; auto takes the largest one.',
    source,
  },
  flag('no-format', 'Keeps the partitions that are there.'),
  flag('force', 'Installs over a system that is there.'),
  flag('reboot', 'Restarts the machine when the installation is done; wins over poweroff.'),
  flag('poweroff', 'Powers the machine off when the installation is done.'),
  {
    key: 'grub_options',
    shape: {
      kind: 'map',
      keys: [
        text('extra_cmdline', 'Arguments added to the kernel line of every entry.'),
        text('extra_active_cmdline', 'Arguments added for the active system.'),
        text('extra_passive_cmdline', 'Arguments added for the fallback system.'),
        text('extra_recovery_cmdline', 'Arguments added for the recovery system.'),
        text('default_menu_entry', 'Title of the entry that is started.'),
      ],
      others: { kind: 'scalar' },
    },
    description: 'Variables of the boot loader of the installed host.',
    source,
  },
  text('grub-entry-name', 'Title of the entry that is started.'),
  { key: 'bundles', shape: BUNDLES, description: 'Bundles installed with the system.', source },
  texts('encrypted_partitions', 'Labels of partitions to encrypt.'),
  flag('skip_copy_kcrypt_plugin', 'Leaves the encryption plug-in out of the system.'),
  texts('env', 'Environment of the installer, as NAME=VALUE.'),
  text('source', 'Image to install instead of the one that was booted.'),
  text('image', 'Older name of source.'),
  texts('ephemeral_mounts', 'Paths that are writable until the next start.'),
  texts('bind_mounts', 'Paths that are writable and kept.'),
  { key: 'partitions', shape: closedMap(PARTITION_KEYS), description: 'Sizes of the partitions.', source },
  { key: 'system', shape: IMAGE, description: 'Image of the active system.', source },
  { key: 'passive', shape: IMAGE, description: 'Image of the fallback system.', source },
  { key: 'recovery-system', shape: IMAGE, description: 'Image of the recovery system.', source },
  { key: 'extra-partitions', shape: listOf(PARTITION), description: 'Further partitions.', source },
  texts('extra-dirs-rootfs', 'Directories made in the root file system.'),
  flag('nousers', 'Lets the system do without a user in the group admin.'),
  { key: 'ssh_hardening', shape: ANY, description: 'Restricts the SSH server.', source },
  flag('allow-insecure-registries', 'Trusts any certificate of registries.'),
  text('iso', 'ISO to install from.'),
  text('tty', 'Terminal of the installed host.'),
  text('part-table', 'Kind of partition table, such as gpt.'),
  text('firmware', 'Firmware to install for, such as efi.'),
  { key: 'selinux', shape: ANY, description: 'SELinux of the installed host.', source },
  { key: 'extensions', shape: ANY, description: 'System extensions to install.', source },
]

/** `options`: settings the installer hands to its tools. */
export const OPTIONS: KeyShape = FREE_SCALARS
