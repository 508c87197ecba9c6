import { describe, expect, test } from 'vitest'
import { aHost } from '../../../test/support/a-host.ts'
import type { HostDetail, HostView } from '../../contract/hosts.ts'
import { newLife } from '../../domain/life.ts'
import { summarizeHost } from '../../domain/summary.ts'
import { describeEvent } from './host-line.ts'
import { formatHostDetail, formatHostSummaries, formatHostViews } from './host-table.ts'

const VIEW: HostView = {
  name: 'store-1',
  profile: 'store',
  labels: {},
  driver: 'vsphere',
  phase: 'defined',
  since: 0,
  power: 'off',
  installs: 0,
  lastSeen: 0,
  transfers: {},
}

describe('hosts say which driver runs their machine', () => {
  test('in the list of a server', () => {
    const [head, row] = formatHostViews([VIEW], 0).split('\n')

    expect(head).toMatch(/^HOST +PROFILE +DRIVER +MAC/)
    expect(row).toMatch(/^store-1 +store +vsphere +-/)
  })

  test('in the list of a data directory', () => {
    const summary = summarizeHost(aHost({ driver: 'vsphere' }), newLife(0), 0)
    const [head, row] = formatHostSummaries([summary]).split('\n')

    expect(head).toMatch(/^HOST +PHASE +DRIVER +MAC/)
    expect(row).toMatch(/ vsphere /)
  })

  test('when it has made the machine and knows its address', () => {
    const made = { host: 'store-1', time: 0, type: 'machine.created' } as const
    const mac = '00:50:56:aa:bb:cc'

    expect(describeEvent({ ...made, data: { driver: 'vsphere', mac } }, newLife(0))).toBe(
      'vsphere made its machine, MAC 00:50:56:aa:bb:cc',
    )
    expect(describeEvent({ ...made, data: { driver: 'qemu' } }, newLife(0))).toBeUndefined()
  })
})

test('one host is shown with where its machine goes, each fact in one line', () => {
  const detail = {
    ...VIEW,
    version: 'v',
    createdAt: 0,
    history: [],
    events: [],
    definition: {
      match: {},
      machine: {
        driver: 'vsphere',
        options: { datastore: 'ds1', annotation: 'a\nb', 'extraConfig.x': '••••' },
      },
    },
  } as unknown as HostDetail

  const lines = formatHostDetail(detail, 0).split('\n')

  expect(lines).toContainEqual(expect.stringMatching(/^machine datastore +ds1$/))
  expect(lines).toContainEqual(expect.stringMatching(/^machine annotation +a.b$/))
  expect(lines).toContainEqual(expect.stringMatching(/^machine extraConfig.x +••••$/))
})

test('a host that is stuck is shown with why, and what to look at', () => {
  const diagnosis = {
    rule: 'kernel-not-asked',
    seen: 'it got its boot script but has not asked for the kernel',
    cause: 'the server address cannot be reached',
    check: ['--advertise the right address', 'look at its console'],
  }
  const detail = { ...VIEW, version: 'v', createdAt: 0, history: [], events: [], diagnosis }

  const lines = formatHostDetail(detail as unknown as HostDetail, 0).split('\n')

  expect(lines).toContainEqual(expect.stringMatching(/^stuck +it got its boot script but/))
  expect(lines).toContainEqual(expect.stringMatching(/^check +look at its console$/))
  expect(lines).toContainEqual(
    expect.stringMatching(/^see +docs\/guide\/troubleshooting\.md#kernel-not-asked$/),
  )
})
