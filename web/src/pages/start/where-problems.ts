import { parseMacAddress } from '../../../../src/domain/mac-address.ts'
import { isMachineName } from '../../../../src/domain/machine.ts'
import { machineProblems } from '../../../../src/domain/machine-rules.ts'
import { parseUuid } from '../../../../src/domain/uuid.ts'
import type { Draft } from './draft.ts'

/** A request adds so many at most. */
export const MAX_COUNT = 1000

/** What is wrong, by the field to say it at. */
export interface WhereProblems {
  readonly name?: string
  readonly count?: string
  readonly known?: string
  readonly driver?: string
  readonly boot?: string
  readonly network?: string
  readonly size?: string
  /** By the option's name. */
  readonly options?: Readonly<Record<string, string>>
}

/** `berlin` alone; `berlin-1`, `berlin-2` … of several. */
export function namesOf({ place, name, count }: Draft): readonly string[] {
  if (place === 'physical' || count === 1) return [name]
  return Array.from({ length: Math.min(count, MAX_COUNT) }, (_, index) => `${name}-${index + 1}`)
}

/** Why hosts cannot be made of the draft. `taken`: names of hosts there are. The server has the last word. */
export function whereProblems(draft: Draft, taken: ReadonlySet<string>): WhereProblems {
  return {
    ...nameProblem(draft, taken),
    ...(draft.place === 'made' ? machineProblem(draft) : knownProblem(draft)),
  }
}

export function isWithoutProblem(problems: WhereProblems): boolean {
  return Object.keys(problems).length === 0
}

function nameProblem(draft: Draft, taken: ReadonlySet<string>): WhereProblems {
  const names = namesOf(draft)
  if (draft.name === '') return { name: 'Give it a name.' }
  if (!names.every(isMachineName)) {
    return { name: 'Lower-case letters, digits and inner hyphens; at most 63 characters.' }
  }
  const twice = names.find((name) => taken.has(name))
  return twice === undefined ? {} : { name: `There is a host ${twice} already.` }
}

function machineProblem({ count, machine }: Draft): WhereProblems {
  const { driver, boot, firmware, cpus, memoryGiB, diskGiB, network, options } = machine
  const problems = machineProblems({
    ...{
      driver,
      boot,
      firmware,
      options: driver === 'vsphere' ? filled(options) : {},
      memoryMiB: memoryGiB * 1024,
    },
    ...(network === '' ? {} : { network }),
  })
  const of = (part: 'boot' | 'network') => problems.find((problem) => problem.part === part)?.message
  const ofOptions = problems.flatMap(({ option, message }) =>
    option === undefined ? [] : [[option, message]],
  )
  const sizes = [cpus, memoryGiB, diskGiB]
  return {
    ...(driver === '' ? { driver: 'No driver can make machines here.' } : {}),
    ...(Number.isInteger(count) && count >= 1 && count <= MAX_COUNT
      ? {}
      : { count: `A number from 1 to ${MAX_COUNT}.` }),
    ...(sizes.every((size) => Number.isInteger(size) && size >= 1)
      ? {}
      : { size: 'Whole numbers from 1, please.' }),
    ...(of('boot') === undefined ? {} : { boot: `This way of booting ${of('boot')}.` }),
    ...(of('network') === undefined ? {} : { network: `The network ${of('network')}.` }),
    ...(ofOptions.length === 0 ? {} : { options: Object.fromEntries(ofOptions) }),
  }
}

function knownProblem({ known: { by, value } }: Draft): WhereProblems {
  const text = value.trim()
  switch (by) {
    case 'mac':
      return parseMacAddress(text) ? {} : { known: 'Six pairs of hex digits, such as 52:54:00:12:34:56.' }
    case 'uuid':
      return parseUuid(text) ? {} : { known: 'A UUID, such as 4c4c4544-0042-3510-8052-b4c04f4b4d32.' }
    case 'serial':
      return text !== '' && text.length <= 256 ? {} : { known: 'The serial number as the firmware shows it.' }
  }
}

/** Options that were given. */
export function filled(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).filter(([, text]) => text !== ''))
}
