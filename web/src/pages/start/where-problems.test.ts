import { describe, expect, test } from 'vitest'
import { type Draft, EMPTY_DRAFT } from './draft.ts'
import { requestOf } from './request-of.ts'
import { isWithoutProblem, namesOf, whereProblems } from './where-problems.ts'

const MADE: Draft = {
  ...EMPTY_DRAFT,
  installer: 'palette',
  name: 'berlin',
  machine: { ...EMPTY_DRAFT.machine, driver: 'qemu' },
}
const PHYSICAL: Draft = { ...MADE, place: 'physical', known: { by: 'mac', value: ' 52-54-00-00-00-01 ' } }
const NOBODY: ReadonlySet<string> = new Set()

describe('names', () => {
  test('are numbered where there are several', () => {
    expect(namesOf(MADE)).toEqual(['berlin'])
    expect(namesOf({ ...MADE, count: 3 })).toEqual(['berlin-1', 'berlin-2', 'berlin-3'])
    expect(namesOf({ ...PHYSICAL, count: 3 })).toEqual(['berlin'])
  })

  test('have to be free and such that hosts can have them', () => {
    expect(isWithoutProblem(whereProblems(MADE, NOBODY))).toBe(true)
    expect(whereProblems({ ...MADE, name: '' }, NOBODY).name).toBe('Give it a name.')
    expect(whereProblems({ ...MADE, name: 'Berlin 1' }, NOBODY).name).toContain('Lower-case')
    expect(whereProblems({ ...MADE, count: 2 }, new Set(['berlin-2'])).name).toBe(
      'There is a host berlin-2 already.',
    )
  })
})

describe('a machine made here', () => {
  const withMachine = (machine: Partial<Draft['machine']>) =>
    whereProblems({ ...MADE, machine: { ...MADE.machine, ...machine } }, NOBODY)

  test('has to fit its driver', () => {
    expect(withMachine({ driver: '' })).toHaveProperty('driver')
    expect(withMachine({ boot: 'typed', firmware: 'uefi' }).boot).toContain('needs firmware bios')
    expect(withMachine({ network: 'eth0' }).network).toContain('it is user, bridge:NAME or tap:DEVICE')
    expect(withMachine({ cpus: 1.5 })).toHaveProperty('size')
    expect(
      withMachine({ driver: 'vsphere', options: { datastore: 'a\nb', folder: '' } }).options,
    ).toHaveProperty('datastore')
  })

  test('is asked for in the words of the server', () => {
    expect(requestOf({ ...MADE, count: 2 }, 'text')).toEqual({
      names: ['berlin-1', 'berlin-2'],
      installer: 'palette',
      userData: 'text',
      machine: {
        ...{ driver: 'qemu', boot: 'media', firmware: 'bios', cpus: 8, memoryMiB: 32 * 1024, diskGiB: 300 },
        options: {},
      },
    })
  })
})

describe('a physical machine', () => {
  test('is known by something that can be', () => {
    const knownBy = (by: Draft['known']['by'], value: string) =>
      whereProblems({ ...PHYSICAL, known: { by, value } }, NOBODY)

    expect(isWithoutProblem(whereProblems(PHYSICAL, NOBODY))).toBe(true)
    expect(knownBy('mac', '52:54:00')).toHaveProperty('known')
    expect(knownBy('uuid', '52:54:00')).toHaveProperty('known')
    expect(knownBy('serial', '  ')).toHaveProperty('known')
    expect(knownBy('serial', 'S-1')).toEqual({})
  })

  test('is asked for by that alone', () => {
    expect(requestOf(PHYSICAL, 'text')).toEqual({
      names: ['berlin'],
      installer: 'palette',
      userData: 'text',
      match: { mac: '52-54-00-00-00-01' },
    })
  })
})
