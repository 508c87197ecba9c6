import { type Command, Option } from 'commander'
import { Failure } from '../domain/failure.ts'
import { EXTRA_CONFIG, type VsphereOption } from '../domain/vsphere-options.ts'

/** Places in vSphere. */
export interface VspherePlaceValues {
  readonly datacenter?: string
  readonly datastore?: string
  readonly folder?: string
  readonly pool?: string
  readonly cluster?: string
  readonly esxiHost?: string
}

/** Options of `up` that only vSphere knows. */
export interface VsphereMachineValues extends VspherePlaceValues {
  readonly guestId?: string
  readonly hardwareVersion?: string
  readonly secureBoot?: boolean
  readonly annotation?: string
  /** By key. */
  readonly extraConfig?: Readonly<Record<string, string>>
}

interface Flag {
  readonly flag: string
  readonly takes?: string
  readonly what: string
  readonly read: (values: VsphereMachineValues) => string | undefined
}

const PLACE_FLAGS = {
  datacenter: place('--datacenter', 'data centre', 'GOVC_DATACENTER', ({ datacenter }) => datacenter),
  datastore: place(
    '--datastore',
    'datastore or datastore cluster',
    'GOVC_DATASTORE',
    ({ datastore }) => datastore,
  ),
  folder: place('--folder', 'folder of the machines', 'GOVC_FOLDER', ({ folder }) => folder),
  pool: place('--pool', 'resource pool', 'GOVC_RESOURCE_POOL', ({ pool }) => pool),
  cluster: place('--cluster', 'cluster', 'GOVC_CLUSTER', ({ cluster }) => cluster),
  host: place('--esxi-host', 'host that runs them', 'GOVC_HOST', ({ esxiHost }) => esxiHost),
} satisfies Partial<Record<VsphereOption, Flag>>

const FLAGS: Readonly<Record<VsphereOption, Flag>> = {
  ...PLACE_FLAGS,
  guestId: {
    flag: '--guest-id',
    takes: '<id>',
    what: 'id of the guest system, for example ubuntu64Guest',
    read: ({ guestId }) => guestId,
  },
  hardwareVersion: {
    flag: '--hardware-version',
    takes: '<vmx-nn>',
    what: 'version of the virtual hardware, for example vmx-19',
    read: ({ hardwareVersion }) => hardwareVersion,
  },
  secureBoot: {
    flag: '--secure-boot',
    what: 'Secure Boot on; needs --firmware uefi and an iPXE whose signature the firmware knows',
    read: ({ secureBoot }) => (secureBoot ? 'true' : undefined),
  },
  annotation: {
    flag: '--annotation',
    takes: '<text>',
    what: 'notes of the machines',
    read: ({ annotation }) => annotation,
  },
}

/** Adds those of the given places, or of all. */
export function addVspherePlaceOptions(
  command: Command,
  places = Object.keys(PLACE_FLAGS) as readonly (keyof typeof PLACE_FLAGS)[],
): Command {
  return addFlags(
    command,
    places.map((place) => PLACE_FLAGS[place]),
  )
}

/** Adds all of them to a command. */
export function addVsphereMachineOptions(command: Command): Command {
  return addFlags(command, Object.values(FLAGS)).addOption(
    new Option(
      '--extra-config <key=value>',
      'vsphere: an advanced setting of the machines; may be given several times',
    ).argParser(addSetting),
  )
}

/** What was given of them, by the names of domain/vsphere-options.ts. */
export function vsphereMachineOptionsOf(values: VsphereMachineValues): Readonly<Record<string, string>> {
  const options: Record<string, string> = {}
  for (const [name, { read }] of Object.entries(FLAGS)) {
    const text = read(values)
    if (text !== undefined) options[name] = text
  }
  for (const [key, text] of Object.entries(values.extraConfig ?? {})) options[`${EXTRA_CONFIG}${key}`] = text
  return options
}

/** How an option is given on the command line. */
export function flagOf(option: string): string {
  if (option.startsWith(EXTRA_CONFIG)) return `--extra-config ${option.slice(EXTRA_CONFIG.length)}`
  return Object.hasOwn(FLAGS, option) ? FLAGS[option as VsphereOption].flag : option
}

function addFlags(command: Command, flags: readonly Flag[]): Command {
  for (const { flag, takes, what } of flags)
    command.option(takes ? `${flag} ${takes}` : flag, `vsphere: ${what}`)
  return command
}

function place(flag: string, what: string, variable: string, read: Flag['read']): Flag {
  return { flag, takes: '<place>', what: `${what}, by name or path (default: ${variable})`, read }
}

function addSetting(text: string, before: unknown): Readonly<Record<string, string>> {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  const had = (before ?? {}) as Readonly<Record<string, string>>
  if (at < 1) throw new Failure('usage.invalid', `--extra-config ${text.slice(0, 80)}: expected KEY=VALUE`)
  if (Object.hasOwn(had, key))
    throw new Failure('usage.invalid', `--extra-config ${key.slice(0, 80)} stands twice`)
  return Object.fromEntries([...Object.entries(had), [key, text.slice(at + 1)]])
}
