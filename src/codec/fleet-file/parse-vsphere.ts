import {
  EXTRA_CONFIG,
  VSPHERE_OPTIONS,
  type VsphereOption,
  vsphereOptionProblem,
} from '../../domain/vsphere-options.ts'
import type { MapReader, Rule } from './map-reader.ts'

const KEY = 'vsphere'
const EXTRA_CONFIG_KEY = EXTRA_CONFIG.slice(0, -1)
const NAMES = Object.keys(VSPHERE_OPTIONS) as readonly VsphereOption[]
const NO_VARIABLES = 'variables are replaced in userData only'

const ANY: Rule<string> = { expected: 'text', parse: (text) => text }

/** The key `vsphere` of a machine, flat: what is in its `extraConfig` is called `extraConfig.KEY`. */
export function parseVsphere(parent: MapReader): Readonly<Record<string, string>> | undefined {
  const reader = parent.map(KEY, [...NAMES, EXTRA_CONFIG_KEY])
  if (!reader) return undefined
  const options: Record<string, string> = {}
  for (const name of NAMES) {
    const text = reader.value(name, RULES[name])
    if (text !== undefined) options[name] = text
  }
  const extra = reader.map(EXTRA_CONFIG_KEY)
  for (const [key] of extra?.entries() ?? []) {
    const text = extra?.value(key, ANY)
    if (text === undefined) continue
    const problem = text.includes('${') ? NO_VARIABLES : vsphereOptionProblem(`${EXTRA_CONFIG}${key}`, text)
    if (problem) extra?.refuse(key, problem)
    else options[`${EXTRA_CONFIG}${key}`] = text
  }
  return options
}

const RULES = Object.fromEntries(
  NAMES.map((name): [VsphereOption, Rule<string>] => {
    const { expected, isValid } = VSPHERE_OPTIONS[name]
    return [
      name,
      {
        expected: `${expected}; ${NO_VARIABLES}`,
        parse: (text) => (isValid(text) && !text.includes('${') ? text : undefined),
      },
    ]
  }),
) as Readonly<Record<VsphereOption, Rule<string>>>
