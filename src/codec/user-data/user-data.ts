import { LOCAL_UI_PORT } from '../../domain/ready-probe.ts'
import type { Finding, UserDataContext, UserDataSummary } from '../../domain/user-data.ts'
import type { UserDataPath } from '../../domain/user-data-key.ts'
import { USER_DATA_RULES } from '../../domain/user-data-rules.ts'
import { checkInstall } from './install-rules.ts'
import { checkKeys } from './key-rules.ts'
import { everyValue, type Located, scalarAt, valueAt } from './located.ts'
import { type Check, type Problem, toFinding } from './problem.ts'
import { readCloudConfig, withoutSecretTags } from './read-cloud-config.ts'
import { checkSite } from './site-rules.ts'
import { checkStages } from './stage-rules.ts'
import { checkHeader, checkLength, checkTabs, isHeaderLine } from './text-rules.ts'
import { checkValues } from './value-rules.ts'

/** A user-data file that was understood. */
export interface UserDataDocument {
  /** As hosts get it: comments and all, without the `!secret` tags. */
  readonly text: string
  /** Where the tags stood: values to be masked besides those that the key tables and names tell. */
  readonly secretPaths: readonly UserDataPath[]
}

export interface DecodedUserData {
  readonly findings: readonly Finding[]
  /** Absent when an error keeps it from being used. */
  readonly document?: UserDataDocument
  readonly summary?: UserDataSummary
}

/** More findings than this help nobody. */
const MAX_FINDINGS = 100

const CHECKS: readonly Check[] = [checkKeys, checkStages, checkValues, checkSite, checkInstall]

/**
 * Reads a cloud-config as Kairos does (YAML 1.2; header `#cloud-config`, `#kairos-config` or `#node-config` in the
 * first ten lines) and says all that is wrong with it at once, by the rules of docs/reference/user-data-rules.md.
 * Takes text of any content in bounded time; never throws for it.
 */
export function decodeUserData(text: string, context: UserDataContext = {}): DecodedUserData {
  const tooLong = checkLength(text)
  if (tooLong.length > 0) return { findings: tooLong.map((problem) => toFinding(problem, firstPlace)) }
  const { root, problems, place } = readCloudConfig(text)
  const all = [
    ...checkHeader(text),
    // In text blocks tabs are legal; where YAML is broken they are the likeliest reason.
    ...(problems.some(({ rule }) => rule === 'yaml') ? checkTabs(text) : []),
    ...problems,
    ...(root ? CHECKS.flatMap((check) => check(root, context)) : []),
  ]
  const hasError = all.some(isError)
  const findings = sorted(all.map((problem) => toFinding(problem, place)))
  if (hasError || !root) return { findings }
  const secretPaths = [...everyValue(root)].filter(({ isTagged }) => isTagged).map(({ path }) => path)
  return { findings, document: { text: withoutSecretTags(text), secretPaths }, summary: summarize(root) }
}

function isError({ rule }: Problem): boolean {
  return USER_DATA_RULES[rule] === 'error'
}

function firstPlace() {
  return { line: 1, column: 1 }
}

/** In the order of the file; where there are too many, warnings are left out first. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  const byPlace = (a: Finding, b: Finding): number => a.line - b.line || a.column - b.column
  return [...errors.toSorted(byPlace), ...warnings.toSorted(byPlace)].slice(0, MAX_FINDINGS).toSorted(byPlace)
}

function summarize(root: Located): UserDataSummary {
  const port = scalarAt(root, 'stylus', 'localUI', 'port')
  const name = scalarAt(root, 'stylus', 'site', 'name')
  const prefix = scalarAt(root, 'stylus', 'site', 'prefix')
  const isOn = (key: string): boolean => scalarAt(root, 'install', key) === true
  return {
    managementMode: scalarAt(root, 'stylus', 'managementMode') === 'local' ? 'local' : 'central',
    // Kairos: reboot wins over poweroff.
    finish: isOn('reboot') ? 'reboot' : isOn('poweroff') ? 'poweroff' : 'none',
    localUiPort: typeof port === 'number' ? port : LOCAL_UI_PORT,
    ...(typeof name === 'string' ? { siteName: name } : {}),
    ...(typeof prefix === 'string' ? { sitePrefix: prefix } : {}),
    ...(hasOtherIdSource(root) ? { hasOtherIdSource: true } : {}),
  }
}

/** Where Palette hosts look for their id when the user-data does not say (installer reference, `deviceUIDPaths`). */
const PRODUCT_UUID = '/sys/class/dmi/id/product_uuid'

function hasOtherIdSource(root: Located): boolean {
  const paths = valueAt(root, 'stylus', 'site', 'deviceUIDPaths')
  if (paths?.kind !== 'list') return false
  return paths.items.some((entry) => {
    const regex = scalarAt(entry, 'regex')
    return scalarAt(entry, 'name') !== PRODUCT_UUID || (regex !== undefined && regex !== '')
  })
}

/** The document as it is, its header in the first line as cloud-init wants it. */
export function renderUserData({ text }: Pick<UserDataDocument, 'text'>): string {
  return withHeaderFirst(text)
}

/** What installed hosts get when their agent asks again: a header and nothing that could change them. */
export function inertUserData(): string {
  return '#cloud-config\n'
}

/** Puts the header line first where it stood lower. */
export function withHeaderFirst(text: string): string {
  const lines = text.split('\n')
  const at = lines.slice(0, 10).findIndex(isHeaderLine)
  if (at <= 0) return text
  return [lines[at], ...lines.slice(0, at), ...lines.slice(at + 1)].join('\n')
}
