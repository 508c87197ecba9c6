import type {
  Fleet,
  FleetHost,
  FleetInstaller,
  FleetProfile,
  PaletteAccess,
  UnknownHostPolicy,
  UserDataLayer,
} from '../../domain/fleet/fleet.ts'
import { type FleetProblem, fleetInvalid, formatPlace, type Place } from '../../domain/fleet/problem.ts'
import type { TreeEntry } from '../../domain/fleet/tree.ts'
import { ambiguousMatches } from '../../domain/matching.ts'
import { nearest } from '../../domain/nearest.ts'
import { MapReader, optional, type Rule } from './map-reader.ts'
import { parseHost, profileRuleOf } from './parse-host.ts'
import { PARALLEL, parseInstaller, parseProfile, parseUserData } from './parse-profile.ts'
import { HOST_AND_PORT, IDENTIFIER, NAME, oneOf } from './rules.ts'
import { parseYamlTrees, type SourceFile } from './yaml-tree.ts'

/** What came of fleet files: the fleet when nothing is wrong with them, otherwise everything that is. */
export interface ParsedFleet {
  readonly fleet?: Fleet
  readonly problems: readonly FleetProblem[]
}

const MAX_HOSTS = 50_000
/** Reading ends here: the next fifty mistakes can be told another time. */
const MAX_PROBLEMS = 500
const POLICIES = ['ignore', 'local', 'discover'] as const
const NO_KEYS_HERE = 'keys do not belong in this file: the server has its own, EDGEBOOT_PALETTE_API_KEY'

const FLEET_KEYS = [
  'apiVersion',
  'installers',
  'profiles',
  'hosts',
  'userData',
  'maxParallel',
  'unknownHosts',
  'palette',
]

/**
 * Reads fleet files (docs/reference/fleet-file.md), each of one or several YAML documents, as one fleet. Everything
 * that is wrong is said at once, with file, line, column and key. Never throws for bad input. User-data files that
 * layers name are not read here: `renderUserData` asks for them.
 */
export function parseFleet(files: readonly SourceFile[]): ParsedFleet {
  const problems: FleetProblem[] = []
  const readers = files.flatMap((source) => {
    const { documents, problems: found } = parseYamlTrees(source)
    problems.push(...found)
    if (documents.length === 0 && found.length === 0) {
      problems.push({ file: source.file, line: 1, column: 1, key: '', message: 'the file is empty' })
    }
    if (found.length > 0) return []
    return documents
      .map((value) => MapReader.of({ value, place: value.place }, '', problems, FLEET_KEYS))
      .filter((reader) => reader !== undefined)
  })
  for (const reader of readers) reader.required('apiVersion', oneOf(['edgeboot/v1']))
  const fleet = parseParts(readers, problems)
  if (problems.length === 0) checkWhole(fleet, problems)
  return problems.length > 0 ? { problems: problems.toSorted(byPlace(files)) } : { fleet, problems }
}

/** As `parseFleet`; Failure `fleet.invalid` that tells what is wrong. */
export function decodeFleet(files: readonly SourceFile[]): Fleet {
  const { fleet, problems } = parseFleet(files)
  if (!fleet) throw fleetInvalid(problems)
  return fleet
}

function parseParts(readers: readonly MapReader[], problems: FleetProblem[]): Fleet {
  const installers = named<FleetInstaller>(readers, 'installers', problems, (name, entry, path) =>
    parseInstaller(name, entry, path, problems),
  )
  const profiles = named<FleetProfile>(readers, 'profiles', problems, (name, entry, path) =>
    parseProfile(name, entry, path, installers, problems),
  )
  const once = <T>(key: string, read: (reader: MapReader) => T): T | undefined => {
    const [first, ...others] = readers.filter((reader) => reader.has(key))
    for (const other of others)
      other.refuse(
        key,
        `stands twice; ${formatPlace(first?.entry(key)?.place ?? other.place)} has it already`,
      )
    return first && read(first)
  }
  return {
    installers: withoutMistaken(installers),
    profiles: withoutMistaken(profiles),
    hosts: parseHosts(readers, profiles, problems),
    ...optional(
      'userData',
      once<UserDataLayer | undefined>('userData', (reader) => parseUserData(reader, problems)),
    ),
    ...optional(
      'maxParallel',
      once('maxParallel', (reader) => reader.value('maxParallel', PARALLEL)),
    ),
    unknownHosts: once('unknownHosts', (reader) => reader.value('unknownHosts', policyRule(profiles))) ?? {
      kind: 'discover',
    },
    ...optional('palette', once('palette', parsePalette)),
  }
}

/** The entries of a map of names, over all documents. Those with mistakes are `undefined`, so that their names count. */
function named<T>(
  readers: readonly MapReader[],
  key: string,
  problems: FleetProblem[],
  parse: (name: string, entry: TreeEntry, path: string) => T | undefined,
): ReadonlyMap<string, T | undefined> {
  const found = new Map<string, T | undefined>()
  const places = new Map<string, Place>()
  for (const reader of readers) {
    const map = reader.map(key)
    for (const [name, entry] of map?.entries() ?? []) {
      if (problems.length > MAX_PROBLEMS) break
      const path = `${key}.${name.slice(0, 64)}`
      const before = places.get(name)
      if (before)
        problems.push({
          ...entry.place,
          key: path,
          message: `stands twice; ${formatPlace(before)} has it already`,
        })
      if (NAME.parse(name) === undefined) {
        problems.push({ ...entry.place, key: path, message: `is no name; expected ${NAME.expected}` })
      }
      places.set(name, before ?? entry.place)
      const mistakes = problems.length
      const parsed = parse(name, entry, path)
      found.set(name, problems.length > mistakes ? undefined : parsed)
    }
  }
  return found
}

function parseHosts(
  readers: readonly MapReader[],
  profiles: ReadonlyMap<string, FleetProfile | undefined>,
  problems: FleetProblem[],
): ReadonlyMap<string, FleetHost> {
  const hosts = new Map<string, FleetHost>()
  const rule = profileRuleOf(profiles)
  for (const reader of readers) {
    const entry = reader.entry('hosts')
    if (!entry) continue
    if (entry.value.kind !== 'list') {
      reader.refuse('hosts', 'expected a list: put a "- " before the name of each host')
      continue
    }
    for (const [index, item] of entry.value.items.entries()) {
      if (problems.length > MAX_PROBLEMS) break
      const path = `hosts[${index}]`
      const host = parseHost({ value: item, place: item.place }, path, profiles, rule, problems)
      if (!host) continue
      const before = hosts.get(host.name)
      if (before) {
        const message = `${host.name} stands twice; ${formatPlace(before.place)} has it already`
        problems.push({ ...host.place, key: `${path}.name`, message })
      } else hosts.set(host.name, host)
    }
    if (hosts.size > MAX_HOSTS) reader.refuse('hosts', `there are more than ${MAX_HOSTS}; split the fleet`)
  }
  return hosts
}

function policyRule(profiles: ReadonlyMap<string, unknown>): Rule<UnknownHostPolicy> {
  return {
    expected: `one of ${POLICIES.join(', ')}, or profile:NAME with a profile of this fleet`,
    parse(text) {
      const kind = POLICIES.find((policy) => policy === text)
      if (kind) return { kind }
      const profile = /^profile:(.*)$/.exec(text)?.[1]
      return profile !== undefined && profiles.has(profile) ? { kind: 'profile', profile } : undefined
    },
    near: (text) =>
      nearest(text, [...POLICIES, ...[...profiles.keys()].slice(0, 1000).map((name) => `profile:${name}`)]),
  }
}

function parsePalette(parent: MapReader): PaletteAccess | undefined {
  const hints = { apiKey: NO_KEYS_HERE, apiKeyEnv: NO_KEYS_HERE, token: NO_KEYS_HERE, key: NO_KEYS_HERE }
  const reader = parent.map('palette', ['endpoint', 'projectUid'], hints)
  const endpoint = reader?.required('endpoint', HOST_AND_PORT)
  const projectUid = reader?.value('projectUid', IDENTIFIER)
  return endpoint === undefined ? undefined : { endpoint, ...optional('projectUid', projectUid) }
}

/** What can only be said of a fleet as a whole. */
function checkWhole({ hosts }: Fleet, problems: FleetProblem[]): void {
  for (const { names, by } of ambiguousMatches(hosts.values())) {
    const [one, other] = names.map((name) => hosts.get(name)).filter((host) => host !== undefined)
    if (!one || !other) continue
    const message = `${other.name} could be the same machine as ${one.name} (${formatPlace(one.place)}): both match by ${by.join(', ')}; give them different ones`
    problems.push({ ...other.place, key: `${other.name}.match`, message })
  }
}

function withoutMistaken<T>(map: ReadonlyMap<string, T | undefined>): ReadonlyMap<string, T> {
  return new Map([...map].filter((entry): entry is [string, T] => entry[1] !== undefined))
}

function byPlace(files: readonly SourceFile[]): (a: Place, b: Place) => number {
  const order = new Map(files.map(({ file }, index) => [file, index]))
  return (a, b) =>
    (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column
}
