import { describe, expect, test } from 'vitest'
import { aDownload, aHostView } from '../../hosts/a-host-view.ts'
import { choicesOf, countsOf, filterHosts } from './filter-hosts.ts'

const DIAGNOSIS = { rule: 'kernel-silent', seen: '', cause: 'it hangs', check: [] }
const HOSTS = [
  aHostView({ name: 'berlin-1', profile: 'store', labels: { site: 'berlin', rack: 'r1' }, phase: 'ready' }),
  aHostView({ name: 'berlin-2', profile: 'branch', labels: { site: 'berlin' }, mac: '52:54:00:AB:00:02' }),
  aHostView({
    name: 'munich-1',
    labels: { site: 'munich', owner: 'Ada' },
    phase: 'kernel',
    diagnosis: DIAGNOSIS,
  }),
  aHostView({ name: 'munich-2', phase: 'failed', address: '10.1.2.3', uuid: '4c4c4544-0000' }),
]
const namesOf = (search: Parameters<typeof filterHosts>[1]) =>
  filterHosts(HOSTS, search).map(({ name }) => name)

describe('filters', () => {
  test.each([
    [{}, ['berlin-1', 'berlin-2', 'munich-1', 'munich-2']],
    [{ text: 'BERLIN' }, ['berlin-1', 'berlin-2']],
    [{ text: 'ab:00:02' }, ['berlin-2']],
    [{ text: '10.1.2' }, ['munich-2']],
    [{ text: '4c4c' }, ['munich-2']],
    [{ text: 'ada' }, ['munich-1']],
    [{ text: '  ' }, ['berlin-1', 'berlin-2', 'munich-1', 'munich-2']],
    [{ phase: 'ready,failed' }, ['berlin-1', 'munich-2']],
    [{ profile: 'store' }, ['berlin-1']],
    [{ label: 'rack' }, ['berlin-1']],
    [{ label: 'site=munich' }, ['munich-1']],
    [{ label: 'constructor' }, []],
    [{ stuck: 'yes' as const }, ['munich-1']],
    [{ label: 'site=berlin', phase: 'defined' }, ['berlin-2']],
  ])('%j', (search, names) => {
    expect(namesOf(search)).toEqual(names)
  })
})

test('counts add up, and only what flows counts as flowing', () => {
  const flowing = aDownload({ bytes: 10, total: 100, rate: 7, lastSeen: 100_000 })
  const silent = aDownload({ bytes: 10, total: 100, rate: 7, lastSeen: 50_000 })

  expect(countsOf([...HOSTS, flowing, silent], 101_000)).toEqual({
    all: 6,
    moving: 3,
    stuck: 1,
    phases: [
      ['defined', 1],
      ['kernel', 1],
      ['rootfs', 2],
      ['ready', 1],
      ['failed', 1],
    ],
    rate: 7,
    downloading: 1,
  })
})

test('what can be chosen is what there is', () => {
  expect(choicesOf(HOSTS)).toEqual({
    profiles: ['branch', 'store'],
    labelKeys: ['owner', 'rack', 'site'],
    labels: ['owner', 'owner=Ada', 'rack', 'rack=r1', 'site', 'site=berlin', 'site=munich'],
  })
})
