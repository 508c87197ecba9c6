import type { Draft, KnownBy } from './draft.ts'
import { filled, namesOf } from './where-problems.ts'

/** What a machine can be known by, in the words of people. */
export const KNOWN_BY_WORDS: Readonly<Record<KnownBy, string>> = {
  mac: 'MAC address',
  uuid: 'UUID of the firmware',
  serial: 'Serial number',
}

/** What will be started, part by part. */
export function reviewOf(draft: Draft): readonly (readonly [string, string])[] {
  const { installer, place, machine, known } = draft
  const names = namesOf(draft)
  const hosts = names.length === 1 ? names.join('') : `${names.length}: ${names[0]} to ${names.at(-1)}`
  const common = [
    ['Hosts', hosts],
    ['Installer', installer],
  ] as const
  if (place === 'physical') return [...common, [KNOWN_BY_WORDS[known.by], known.value.trim()]]
  const { driver, boot, firmware, cpus, memoryGiB, diskGiB, network, options } = machine
  return [
    ...common,
    ['Made by', driver],
    ['Size', `${cpus} CPUs, ${memoryGiB} GiB of memory, ${diskGiB} GiB of disk`],
    ['Boot', `${firmware}, ${boot}`],
    ...(network === '' ? [] : [['Network', network] as const]),
    ...(driver === 'vsphere' ? Object.entries(filled(options)) : []),
  ]
}
