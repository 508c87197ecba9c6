import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { FLEET_DRIVERS, type MachineSettings, machineOf } from './fleet.ts'

const key = fc.constantFrom('datastore', 'folder', 'pool', 'extraConfig.a', 'extraConfig.b')
const settings: fc.Arbitrary<MachineSettings> = fc.record(
  {
    driver: fc.constantFrom(...FLEET_DRIVERS),
    cpus: fc.integer({ min: 1, max: 64 }),
    vsphere: fc.dictionary(key, fc.string({ minLength: 1 })),
  },
  { requiredKeys: [] },
)
const onVsphere = settings.map((given) => ({ ...given, driver: 'vsphere' as const }))
const merged = (profile: MachineSettings, host: MachineSettings) =>
  machineOf({ machine: profile }, { machine: host })

test.prop([onVsphere, onVsphere])(
  'every option of a machine is that of the host where it has one, otherwise that of the profile',
  (profile, host) => {
    const { options } = merged(profile, host)
    const [under, over] = [profile.vsphere ?? {}, host.vsphere ?? {}]

    expect(new Set(Object.keys(options))).toEqual(new Set([...Object.keys(under), ...Object.keys(over)]))
    for (const [name, text] of Object.entries(options)) expect(text).toBe(over[name] ?? under[name])
  },
)

test.prop([settings, settings])('saying again what is so changes nothing', (profile, host) => {
  const once = merged(profile, host)

  expect(merged(profile, { ...host, ...(host.vsphere ? { vsphere: { ...host.vsphere } } : {}) })).toEqual(
    once,
  )
  expect(merged(profile, {})).toEqual(merged(profile, profile))
})

test.prop([settings, settings])('only machines in vSphere have options', (profile, host) => {
  const { driver, options } = merged(profile, host)

  if (driver !== 'vsphere') expect(options).toEqual({})
})
