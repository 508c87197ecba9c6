import { type Fleet, type FleetHost, type FleetInstaller, type FleetReady, machineOf } from './fleet.ts'

/**
 * All that makes a host what it is, as words; two are the same when all fields are. What a person may read, except
 * `user-data`, which is a digest. To be kept with the host, so that a later fleet file can be compared with it.
 */
export type HostDefinition = Readonly<Partial<Record<DefinitionField, string>>>

/** What has to happen to a machine that exists before a change of the field is true of it. */
export const DEFINITION_FIELDS = {
  profile: 'nothing',
  installer: 'reinstall',
  'installer file': 'reinstall',
  'kernel arguments': 'reinstall',
  'user-data': 'reinstall',
  driver: 'new machine',
  cpus: 'power-off',
  memory: 'power-off',
  disk: 'reinstall',
  network: 'power-off',
  firmware: 'reinstall',
  boot: 'power-off',
  'probe ports': 'power-off',
  match: 'nothing',
  labels: 'nothing',
  ready: 'nothing',
  'local boot': 'nothing',
  approval: 'nothing',
} as const satisfies Record<string, 'nothing' | 'power-off' | 'reinstall' | 'new machine'>

export type DefinitionField = keyof typeof DEFINITION_FIELDS
export type ChangeNeeds = (typeof DEFINITION_FIELDS)[DefinitionField]

/** The definition of a host of a checked fleet. `userDataDigest`: of the rendered document, in any form. */
export function defineHost(fleet: Fleet, host: FleetHost, userDataDigest: string): HostDefinition {
  const profile = fleet.profiles.get(host.profile)
  if (!profile) return { profile: host.profile, 'user-data': userDataDigest }
  const { driver, cpus, memoryMiB, diskGiB, network, firmware, boot, probePorts } = machineOf(profile, host)
  const installer = fleet.installers.get(profile.installer)
  const { add, remove } = profile.kernelArgs
  const machine: HostDefinition =
    driver === undefined
      ? {}
      : {
          driver,
          cpus: String(cpus),
          memory: formatMemory(memoryMiB),
          disk: `${diskGiB}GiB`,
          ...(network === undefined ? {} : { network }),
          firmware,
          boot,
          ...(probePorts && probePorts.length > 0 ? { 'probe ports': probePorts.join(' ') } : {}),
        }
  return {
    profile: host.profile,
    installer: profile.installer,
    ...(installer ? { 'installer file': formatInstaller(installer) } : {}),
    'kernel arguments': [...add, ...remove.map((word) => `-${word}`)].join(' '),
    'user-data': userDataDigest,
    ...machine,
    match: pairs(Object.entries(host.match)),
    labels: pairs(host.labels),
    ready: formatReady(host.ready ?? profile.ready),
    'local boot': profile.localBoot ?? 'by firmware',
    approval: profile.approve,
  }
}

/** By its digest if that is known: then it does not matter where the file is. */
function formatInstaller({ iso, sha256, paths }: FleetInstaller): string {
  return [sha256 === undefined ? iso : `sha256 ${sha256}`, pairs(Object.entries(paths))].join(' ').trim()
}

function formatMemory(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}GiB` : `${mib}MiB`
}

function pairs(entries: Iterable<readonly [string, string]>): string {
  return [...entries]
    .map(([key, text]) => `${key}=${text}`)
    .toSorted()
    .join(' ')
}

function formatReady(ready: FleetReady | undefined): string {
  switch (ready?.kind) {
    case undefined:
      return 'auto'
    case 'auto':
    case 'phone-home':
      return ready.kind
    case 'local-ui':
      return ready.port === undefined ? 'local-ui' : `local-ui:${ready.port}`
    case 'tcp':
      return `tcp:${ready.port}`
    case 'url':
      return ready.url
    case 'palette':
      return ['palette', ready.projectUid, ready.edgeHostId].filter((part) => part !== undefined).join(' ')
  }
}
