import { describe, expect, test } from 'vitest'
import { aDesiredFleet, aDesiredHost } from '../../../test/support/fake-control-desk.ts'
import { NO_PLANS, plansOf } from './plans.ts'

describe('what a fleet plans', () => {
  test('is nothing before there is one', () => {
    expect(plansOf(undefined)).toEqual(NO_PLANS)
  })

  test('is memory for each host that is made, and machines here together', () => {
    const machine = { options: {} }
    const hosts = [
      { ...aDesiredHost('a'), machine: { ...machine, driver: 'qemu', memoryMiB: 2048, diskGiB: 40 } },
      { ...aDesiredHost('b'), machine: { ...machine, driver: 'qemu' } },
      { ...aDesiredHost('c'), machine: { ...machine, driver: 'vsphere', memoryMiB: 4096 } },
      aDesiredHost('d'),
    ]

    const plans = plansOf(aDesiredFleet({ hosts }), () => ({ identity: 'key', since: 'then' }))

    expect(plans).toEqual({
      installers: [
        {
          ...{
            name: 'palette',
            isoPath: '/isos/palette.iso',
            paths: undefined,
            identity: 'key',
            since: 'then',
          },
          hosts: [
            { name: 'a', memoryMiB: 2048 },
            { name: 'b', memoryMiB: 32_768 },
            { name: 'c', memoryMiB: 4096 },
            { name: 'd' },
          ],
        },
      ],
      machines: { count: 2, memoryMiB: 2048 + 32_768, diskGiB: 340 },
      mayRun: true,
      hosts: 4,
    })
  })
})
