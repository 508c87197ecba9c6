import type { FleetHost, FleetProfile } from '../../domain/fleet/fleet.ts'
import type { FleetProblem } from '../../domain/fleet/problem.ts'
import type { TreeEntry } from '../../domain/fleet/tree.ts'
import type { HostMatch, MatchKey } from '../../domain/matching.ts'
import { MapReader, optional, type Rule } from './map-reader.ts'
import { checkMachine, parseMachine } from './parse-machine.ts'
import { parseUserData } from './parse-profile.ts'
import { parseReady } from './parse-ready.ts'
import { BOOT_FILE, factRule, NAME, reference, TEXT } from './rules.ts'

const HOST_KEYS = ['name', 'profile', 'match', 'labels', 'userData', 'machine', 'ready', 'bootFile']
const MATCH_FORMS = ['mac', 'uuid', 'serial', 'asset', 'hostname', 'label']
const ONE_MACHINE: readonly MatchKey[] = ['mac', 'uuid', 'serial', 'asset', 'hostname']
const LABEL_FACTS: readonly MatchKey[] = ['product', 'manufacturer']
const MAX_LABELS = 64
const LABEL_NAME = /^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$/

const FACT_RULES = Object.fromEntries([...ONE_MACHINE, ...LABEL_FACTS].map((key) => [key, factRule(key)]))

const LABEL_TEXT: Rule<string> = {
  expected: 'text in one line; variables are replaced in userData only',
  parse: (text) => (text.includes('${') ? undefined : TEXT.parse(text)),
}

/** One entry of `hosts`. `profiles` are those that exist, also the ones with mistakes. */
export function parseHost(
  entry: TreeEntry,
  path: string,
  profiles: ReadonlyMap<string, FleetProfile | undefined>,
  profileRule: Rule<string>,
  problems: FleetProblem[],
): FleetHost | undefined {
  const reader = MapReader.of(entry, path, problems, HOST_KEYS)
  if (!reader) return undefined
  const mistakes = problems.length
  const name = reader.required('name', NAME)
  const profile = reader.required('profile', profileRule)
  const match = parseMatch(reader)
  const machine = parseMachine(reader)
  const host = {
    match,
    labels: parseLabels(reader),
    ...optional('userData', parseUserData(reader, problems)),
    machine,
    ...optional('ready', parseReady(reader)),
    ...optional('bootFile', reader.value('bootFile', BOOT_FILE)),
    place: entry.place,
  }
  const under = profile === undefined ? undefined : profiles.get(profile)
  if (under && problems.length === mistakes) checkWithProfile(reader, under, host)
  return name === undefined || profile === undefined ? undefined : { name, profile, ...host }
}

/** The rule is made once: a fleet may have thousands of hosts. */
export function profileRuleOf(profiles: ReadonlyMap<string, unknown>): Rule<string> {
  return reference('a profile', profiles)
}

function parseMatch(parent: MapReader): HostMatch {
  const reader = parent.map('match', MATCH_FORMS)
  if (!reader) return {}
  const match: Partial<Record<MatchKey, string>> = {}
  const read = (from: MapReader | undefined, key: MatchKey): void => {
    const rule = FACT_RULES[key]
    const text = rule && from?.value(key, rule)
    if (text !== undefined) match[key] = text
  }
  for (const key of ONE_MACHINE) read(reader, key)
  const label = reader.map('label', LABEL_FACTS)
  for (const key of LABEL_FACTS) read(label, key)
  if ([...reader.entries()].length === 0)
    parent.refuse('match', `is empty; expected one of ${MATCH_FORMS.join(', ')}`)
  return match
}

function parseLabels(parent: MapReader): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const reader = parent.map('labels')
  for (const [name] of reader?.entries() ?? []) {
    if (!LABEL_NAME.test(name)) {
      reader?.refuse(name, 'is no name of a label: letters, digits, _ . / and -, at most 63 characters')
    }
    const text = reader?.value(name, LABEL_TEXT)
    if (text !== undefined) labels.set(name, text)
  }
  if (labels.size > MAX_LABELS) parent.refuse('labels', `there are more than ${MAX_LABELS}`)
  return labels
}

/** What a host can only be with its profile. */
function checkWithProfile(
  reader: MapReader,
  profile: FleetProfile,
  host: Pick<FleetHost, 'machine' | 'match'>,
): void {
  const { driver } = { ...profile.machine, ...host.machine }
  if (driver === undefined && Object.keys(host.match).length === 0 && !reader.has('match')) {
    reader.refuse(
      '',
      'nothing says which machine this is: give it a match (mac, uuid, serial, asset, hostname or label), or its profile a machine.driver that creates one',
    )
  }
  checkMachine(reader, profile, host)
}
