import {
  createUserDataRenderer,
  type RenderedUserData,
  type RenderLookups,
} from '../codec/fleet-file/render-user-data.ts'
import { decodeUserData } from '../codec/user-data/user-data.ts'
import {
  type DesiredFleet,
  type DesiredHost,
  type DesiredProfile,
  type HostTemplate,
  NEW_HOST_NAME,
  secretPathsFor,
} from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import { type Fleet, type FleetHost, type FleetProfile, machineOf } from '../domain/fleet/fleet.ts'
import { type FleetProblem, fleetInvalid } from '../domain/fleet/problem.ts'
import { LOCAL_UI_PORT, type ReadyProbe } from '../domain/ready-probe.ts'
import { KAIROS_PATHS } from './inspect-installer/inspect-installer.ts'

/**
 * The fleet as it is wished: layers merged, variables replaced, defaults filled in. `resolveIso` makes the path of an
 * ISO absolute, from the file that names it. Failure `fleet.invalid` with every place that is wrong.
 */
export function desireFleet(
  fleet: Fleet,
  lookups: RenderLookups,
  resolveIso: (path: string, from: string) => string,
): DesiredFleet {
  const renderer = createUserDataRenderer(fleet, lookups)
  const problems: FleetProblem[] = []
  const hosts = [...fleet.hosts.values()].map((host) => {
    const rendered = renderer.render(host.name)
    // What is wrong in a layer that hosts share is told once.
    for (const error of rendered.errors)
      if (!problems.some((known) => isSame(known, error))) problems.push(error)
    return desireHost(fleet, host, rendered)
  })
  if (problems.length > 0) throw fleetInvalid(problems)
  return {
    installers: [...fleet.installers.values()].map(({ name, iso, sha256, paths, place }) => ({
      name,
      isoPath: resolveIso(iso, place.file),
      ...(sha256 ? { sha256 } : {}),
      ...(Object.keys(paths).length > 0 ? { paths: { ...KAIROS_PATHS, ...paths } } : {}),
    })),
    profiles: [...fleet.profiles.values()].map((profile) => desireProfile(fleet, profile, lookups)),
    hosts,
    unknownHosts:
      fleet.unknownHosts.kind === 'profile'
        ? { policy: 'profile', profile: fleet.unknownHosts.profile }
        : { policy: fleet.unknownHosts.kind },
    ...(fleet.palette ? { palette: fleet.palette } : {}),
    ...(fleet.maxParallel === undefined ? {} : { maxParallel: fleet.maxParallel }),
  }
}

function desireProfile(fleet: Fleet, profile: FleetProfile, lookups: RenderLookups): DesiredProfile {
  const { name, maxParallel, stopAfterFailures } = profile
  const template = desireTemplate(fleet, profile, lookups)
  return {
    name,
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(stopAfterFailures === undefined ? {} : { stopAfterFailures }),
    ...(template ? { template } : {}),
  }
}

/** The host a machine would become of which only the name is known; nothing where the user-data asks for more. */
function desireTemplate(
  fleet: Fleet,
  profile: FleetProfile,
  lookups: RenderLookups,
): HostTemplate | undefined {
  const host: FleetHost = {
    name: NEW_HOST_NAME,
    profile: profile.name,
    match: {},
    labels: new Map(),
    machine: {},
    place: profile.place,
  }
  const one = {
    ...fleet,
    profiles: new Map([[profile.name, { ...profile, machine: {} }]]),
    hosts: new Map([[host.name, host]]),
  }
  const rendered = createUserDataRenderer(one, lookups).render(host.name)
  if (rendered.errors.length > 0) return undefined
  const desired = desireHost(one, host, rendered)
  const { installer, kernelArgs, userData, ready, localBoot, approve, timeouts, phoneHome } = desired
  return {
    ...{ installer, kernelArgs, userData, ready, localBoot, approve, timeouts, phoneHome },
    ...secretPathsFor(rendered.secretPaths),
    ...bootOf(profile, host),
  }
}

function desireHost(
  fleet: Fleet,
  host: FleetHost,
  { document: userData, secretPaths }: Pick<RenderedUserData, 'document' | 'secretPaths'>,
): DesiredHost {
  const profile = fleet.profiles.get(host.profile)
  if (!profile) throw new Failure('internal', `host ${host.name} has no profile`)
  const machine = machineOf(profile, host)
  return {
    name: host.name,
    profile: profile.name,
    installer: profile.installer,
    match: host.match,
    labels: Object.fromEntries(host.labels),
    ...(machine.driver
      ? {
          machine: {
            driver: machine.driver,
            boot: machine.boot,
            firmware: machine.firmware,
            cpus: machine.cpus,
            memoryMiB: machine.memoryMiB,
            diskGiB: machine.diskGiB,
            ...(machine.network === undefined ? {} : { network: machine.network }),
            ...(machine.probePorts ? { probePorts: machine.probePorts } : {}),
            options: machine.options,
          },
        }
      : {}),
    kernelArgs: profile.kernelArgs,
    userData,
    ...secretPathsFor(secretPaths),
    ready: readyOf(profile, host, userData),
    localBoot:
      profile.localBoot === undefined
        ? 'auto'
        : profile.localBoot === 'exit 1'
          ? 'exit-1'
          : profile.localBoot,
    approve: profile.approve,
    ...bootOf(profile, host),
    timeouts: profile.timeouts,
    phoneHome: true,
  }
}

/** Left out where nothing special is asked for, so that most fleets look as they did. */
function bootOf(
  { bootScheme, secureBoot, ...profile }: FleetProfile,
  host: FleetHost,
): Pick<DesiredHost, 'bootScheme' | 'secureBoot' | 'bootFile'> {
  const bootFile = host.bootFile ?? profile.bootFile
  return {
    ...(bootScheme === 'https' ? { bootScheme } : {}),
    ...(secureBoot ? { secureBoot } : {}),
    ...(bootFile === undefined ? {} : { bootFile }),
  }
}

/** A Local UI whose port is not stated is asked for on the port of the host's user-data. */
function readyOf(profile: FleetProfile, host: FleetHost, userData: string): ReadyProbe {
  const ready = host.ready ?? profile.ready ?? { kind: 'auto' }
  switch (ready.kind) {
    case 'local-ui':
      return { kind: 'local-ui', port: ready.port ?? localUiPortOf(userData) }
    case 'palette':
      return { kind: 'palette' }
    default:
      return ready
  }
}

/** Looking into thousands of documents takes seconds, and hardly any changes the port. */
function localUiPortOf(userData: string): number {
  if (!userData.includes('localUI')) return LOCAL_UI_PORT
  return decodeUserData(userData).summary?.localUiPort ?? LOCAL_UI_PORT
}

function isSame(one: FleetProblem, other: FleetProblem): boolean {
  return (
    one.file === other.file &&
    one.line === other.line &&
    one.column === other.column &&
    one.message === other.message
  )
}
