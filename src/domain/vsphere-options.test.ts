import { describe, expect, test } from 'vitest'
import { requireVsphereOptions, vsphereOptionProblem } from './vsphere-options.ts'

describe('options of a machine in vSphere', () => {
  test.each([
    ['datastore', '/DC0/datastore/LocalDS_0'],
    ['pool', 'Production/Edge'],
    ['hardwareVersion', 'vmx-19'],
    ['secureBoot', 'true'],
    ['guestId', 'ubuntu64Guest'],
    ['extraConfig.guestinfo.site', 'berlin'],
  ])('%s may be %s', (name, text) => {
    expect(vsphereOptionProblem(name, text)).toBeUndefined()
  })

  test.each([
    ['datastor', 'x', 'did you mean datastore?'],
    ['colour', 'red', 'there are datacenter'],
    ['constructor', 'x', 'is unknown'],
    ['secureBoot', 'yes', 'true or false'],
    ['hardwareVersion', '19', 'vmx-19'],
    ['folder', 'a\nb', 'one line'],
    ['extraConfig.edgeboot.host', 'other', 'belongs to Edgeboot'],
    ['extraConfig.a b', 'x', 'other characters'],
    ['extraConfig.a', 'x\u0000', 'one line'],
  ])('%s may not be %j', (name, text, words) => {
    expect(vsphereOptionProblem(name, text)).toContain(words)
    expect(() => requireVsphereOptions({ [name]: text })).toThrow(name.slice(0, 20))
  })
})
