import { Failure } from './failure.ts'
import { nearest } from './nearest.ts'

/** What one option of a machine in vSphere has to be. */
interface OptionRule {
  readonly expected: string
  readonly isValid: (text: string) => boolean
}

/** Where something is in the inventory. */
export const VSPHERE_PLACE: OptionRule = {
  expected: 'a name or an inventory path, in one line',
  isValid: (text) => isOneLine(text, 1024),
}
const SWITCH: OptionRule = {
  expected: 'true or false',
  isValid: (text) => text === 'true' || text === 'false',
}

/**
 * What only vSphere knows of a machine: where it goes and how it is made. Places are names or inventory paths, absolute
 * or relative to the folder of their kind in the data centre; what is left out comes from the environment (GOVC_…), or
 * from the inventory where there is only one choice.
 */
export const VSPHERE_OPTIONS = {
  datacenter: VSPHERE_PLACE,
  /** A datastore, or a datastore cluster. */
  datastore: VSPHERE_PLACE,
  folder: VSPHERE_PLACE,
  pool: VSPHERE_PLACE,
  cluster: VSPHERE_PLACE,
  host: VSPHERE_PLACE,
  guestId: {
    expected: 'the id of a guest system, for example ubuntu64Guest',
    isValid: (text) => /^[A-Za-z0-9_]{1,64}$/.test(text),
  },
  hardwareVersion: {
    expected: 'a version of the virtual hardware, for example vmx-19',
    isValid: (text) => /^vmx-\d{1,2}$/.test(text),
  },
  secureBoot: SWITCH,
  annotation: {
    expected: 'text of at most 2048 characters',
    // XML has no other control characters.
    isValid: (text) => text.trim().length > 0 && text.length <= 2048 && !/(?![\t\n])\p{Cc}/u.test(text),
  },
} as const satisfies Record<string, OptionRule>
export type VsphereOption = keyof typeof VSPHERE_OPTIONS

/** Those that say where a machine goes, from the large to the small. */
export const VSPHERE_PLACES = [
  'datacenter',
  'folder',
  'cluster',
  'host',
  'pool',
  'datastore',
] as const satisfies readonly VsphereOption[]

/** Begins the names of options that go into the machine's `extraConfig`: `extraConfig.guestinfo.site`. */
export const EXTRA_CONFIG = 'extraConfig.'

/** What is wrong with one option, in words that fit after its name; `undefined` when it is right. */
export function vsphereOptionProblem(name: string, text: string): string | undefined {
  if (name.startsWith(EXTRA_CONFIG)) return extraConfigProblem(name.slice(EXTRA_CONFIG.length), text)
  const rule = Object.hasOwn(VSPHERE_OPTIONS, name) ? VSPHERE_OPTIONS[name as VsphereOption] : undefined
  if (!rule) {
    const near = nearest(name, Object.keys(VSPHERE_OPTIONS))
    const known = Object.keys(VSPHERE_OPTIONS).join(', ')
    return `is unknown; ${near ? `did you mean ${near}?` : `there are ${known} and ${EXTRA_CONFIG}KEY`}`
  }
  return rule.isValid(text) ? undefined : `is ${JSON.stringify(text.slice(0, 60))}; expected ${rule.expected}`
}

/** Failure `usage.invalid` naming the first option that is wrong. */
export function requireVsphereOptions(options: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(options)) {
    const problem = vsphereOptionProblem(name, text)
    if (problem)
      throw new Failure('usage.invalid', `option ${name.slice(0, 80)} of a vSphere machine ${problem}`)
  }
}

function extraConfigProblem(key: string, text: string): string | undefined {
  if (!/^[A-Za-z0-9_.:-]{1,128}$/.test(key))
    return 'has a key with other characters than letters, digits, ._:-'
  if (/^edgeboot\./i.test(key)) return 'belongs to Edgeboot: choose another key'
  return isOneLine(text, 4096) ? undefined : 'is not text in one line of at most 4096 characters'
}

function isOneLine(text: string, limit: number): boolean {
  return text.trim().length > 0 && text.length <= limit && !/\p{Cc}/u.test(text)
}
