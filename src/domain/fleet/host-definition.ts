import { type Fleet, type FleetHost, type FleetReady, machineOf } from './fleet.ts'

/**
 * All that makes a host what it is, as words; two are the same when all fields are. What a person may read, except
 * `user-data`, which is a digest. To be kept with the host, so that a later fleet file can be compared with it.
 */
export type HostDefinition = Readonly<Partial<Record<DefinitionField, string>>>

/** What has to happen to a machine that exists before a change of the field is true of it. */
export const DEFINITION_FIELDS = {
  profile: 'nothing',
  installer: 'reinstall',
  'installer digest': 'reinstall',
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
  const sha256 = fleet.installers.get(profile.installer)?.sha256
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
          ...(probePorts && probePorts.length > 0 ? { 'probe ports': probePorts.join(' ') } : {}),
        }
  return {
    profile: host.profile,
    installer: profile.installer,
    ...(sha256 === undefined ? {} : { 'installer digest': sha256 }),
    'kernel arguments': [...add, ...remove.map((word) => `-${word}`)].join(' '),
    'user-data': userDataDigest,
    ...machine,
    firmware,
    boot,
    match: pairs(Object.entries(host.match)),
    labels: pairs(host.labels),
    ready: formatReady(host.ready ?? profile.ready),
    'local boot': profile.localBoot ?? 'by firmware',
    approval: profile.approve,
  }
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
