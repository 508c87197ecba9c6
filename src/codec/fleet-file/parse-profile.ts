import { isFailure } from '../../domain/failure.ts'
import {
  type FleetInstaller,
  type FleetProfile,
  LOCAL_BOOTS,
  type TimedPhase,
  type UserDataLayer,
} from '../../domain/fleet/fleet.ts'
import type { FleetProblem } from '../../domain/fleet/problem.ts'
import type { TreeEntry } from '../../domain/fleet/tree.ts'
import { composeKernelLine } from '../../domain/kernel-line.ts'
import { PHASES } from '../../domain/phase.ts'
import { MapReader, optional } from './map-reader.ts'
import { parseMachine } from './parse-machine.ts'
import { parseReady } from './parse-ready.ts'
import {
  BOOT_FILE,
  DURATION,
  oneOf,
  PATH,
  PATH_IN_ISO,
  reference,
  SHA256,
  TEXT,
  wholeNumber,
} from './rules.ts'

const PROFILE_KEYS = [
  'installer',
  'kernelArgs',
  'userData',
  'machine',
  'ready',
  'maxParallel',
  'localBoot',
  'bootFile',
  'approve',
  'bootScheme',
  'secureBoot',
  'timeouts',
  'stopAfterFailures',
]
const TIMED_PHASES = PHASES.filter(
  (phase): phase is TimedPhase => phase !== 'defined' && phase !== 'ready' && phase !== 'failed',
)

export const PARALLEL = wholeNumber('a whole number', 1, 100_000)

/** One entry of `installers`. */
export function parseInstaller(
  name: string,
  entry: TreeEntry,
  path: string,
  problems: FleetProblem[],
): FleetInstaller | undefined {
  const reader = MapReader.of(entry, path, problems, ['iso', 'sha256', 'paths'])
  if (!reader) return undefined
  const iso = reader.required('iso', PATH)
  const sha256 = reader.value('sha256', SHA256)
  const inside = reader.map('paths', ['kernel', 'initrd', 'rootfs'])
  const paths = {
    ...optional('kernel', inside?.value('kernel', PATH_IN_ISO)),
    ...optional('initrd', inside?.value('initrd', PATH_IN_ISO)),
    ...optional('rootfs', inside?.value('rootfs', PATH_IN_ISO)),
  }
  return iso === undefined
    ? undefined
    : { name, iso, ...optional('sha256', sha256), paths, place: entry.place }
}

/** One entry of `profiles`. */
export function parseProfile(
  name: string,
  entry: TreeEntry,
  path: string,
  installers: ReadonlyMap<string, unknown>,
  problems: FleetProblem[],
): FleetProfile | undefined {
  const reader = MapReader.of(entry, path, problems, PROFILE_KEYS)
  if (!reader) return undefined
  const installer = reader.required('installer', reference('an installer', installers))
  const kernelArgs = parseKernelArgs(reader)
  const profile = {
    name,
    kernelArgs,
    ...optional('userData', parseUserData(reader, problems)),
    machine: parseMachine(reader),
    ...optional('ready', parseReady(reader)),
    ...optional('maxParallel', reader.value('maxParallel', PARALLEL)),
    ...optional('localBoot', reader.value('localBoot', oneOf(LOCAL_BOOTS))),
    ...optional('bootFile', reader.value('bootFile', BOOT_FILE)),
    approve: reader.value('approve', oneOf(['auto', 'manual'])) ?? 'auto',
    ...optional('bootScheme', reader.value('bootScheme', oneOf(['http', 'https']))),
    ...optional('secureBoot', parseSwitch(reader, 'secureBoot')),
    timeouts: parseTimeouts(reader),
    ...optional('stopAfterFailures', reader.value('stopAfterFailures', PARALLEL)),
    place: entry.place,
  } as const
  return installer === undefined ? undefined : { ...profile, installer }
}

/** The key `userData` of a profile, a host or the fleet: a map, or the path of a file. */
export function parseUserData(reader: MapReader, problems: FleetProblem[]): UserDataLayer | undefined {
  const entry = reader.entry('userData')
  if (!entry) return undefined
  const { value, place } = entry
  if (value.kind === 'map') return { kind: 'inline', tree: value, place }
  const path = reader.value('userData', {
    ...PATH,
    expected: 'a map, or the path of a user-data file, relative ones starting at the folder of this file',
  })
  if (path?.includes('${')) {
    problems.push({ ...value.place, key: `${reader.path}.userData`, message: 'a path has no variables' })
  }
  return path === undefined ? undefined : { kind: 'file', path, place: value.place }
}

function parseKernelArgs(parent: MapReader): FleetProfile['kernelArgs'] {
  const reader = parent.map('kernelArgs', ['add', 'remove'])
  const add = reader?.list('add', TEXT) ?? []
  const remove = reader?.list('remove', TEXT) ?? []
  try {
    const of = { rootUrl: 'http://127.0.0.1/r', configUrl: 'http://127.0.0.1/c', rootfsSizeBytes: 0 }
    composeKernelLine({ ...of, add, remove })
  } catch (error) {
    if (!isFailure(error)) throw error
    parent.refuse('kernelArgs', error.message)
  }
  return { add, remove }
}

function parseSwitch(reader: MapReader, key: string): boolean | undefined {
  const word = reader.value(key, oneOf(['true', 'false']))
  return word === undefined ? undefined : word === 'true'
}

function parseTimeouts(parent: MapReader): FleetProfile['timeouts'] {
  const reader = parent.map('timeouts', TIMED_PHASES)
  const timeouts: Partial<Record<TimedPhase, number>> = {}
  for (const phase of reader ? TIMED_PHASES : []) {
    const limit = reader?.value(phase, DURATION)
    if (limit !== undefined) timeouts[phase] = limit
  }
  return timeouts
}
