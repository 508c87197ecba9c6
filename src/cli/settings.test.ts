import { Command } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addMachineOptions } from './machine-options.ts'
import { nameEnvironment } from './settings.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from './vsphere-options.ts'

afterEach(() => void vi.unstubAllEnvs())

function valuesOf(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Record<string, unknown> {
  for (const [name, text] of Object.entries(env)) vi.stubEnv(name, text)
  const command = addVsphereOptions(addMachineOptions(new Command('up').exitOverride()))
  command.option('--no-phone-home', 'switched off by name')
  nameEnvironment(command)
  command.parse(args, { from: 'user' })
  return command.opts()
}

describe('settings in the environment', () => {
  test('reach vSphere', () => {
    const values = valuesOf({
      EDGEBOOT_VSPHERE_URL: 'vcenter.example.com',
      EDGEBOOT_VSPHERE_USER: 'edgeboot',
      EDGEBOOT_VSPHERE_PASSWORD_FILE: '/run/password',
      EDGEBOOT_VSPHERE_CA_FILE: '/run/ca.pem',
      EDGEBOOT_VSPHERE_THUMBPRINT: 'AA:BB',
      EDGEBOOT_ESXI_HOST: 'esxi1',
      EDGEBOOT_EXTRA_CONFIG: 'a=b',
      EDGEBOOT_SECURE_BOOT: 'true',
    })

    expect(values).toMatchObject({
      vsphereUrl: 'vcenter.example.com',
      vsphereUser: 'edgeboot',
      vspherePasswordFile: '/run/password',
      vsphereCaFile: '/run/ca.pem',
      vsphereThumbprint: 'AA:BB',
      esxiHost: 'esxi1',
      extraConfig: { a: 'b' },
      secureBoot: true,
    })
    expect(values['insecure']).toBeUndefined()
  })

  test('give way to the command line', () => {
    const values = valuesOf({ EDGEBOOT_VSPHERE_URL: 'one' }, '--vsphere-url', 'two')

    expect(values['vsphereUrl']).toBe('two')
  })

  test.each(['1', 'true', 'TRUE', 'yes', 'on'])('switch on with %s', (text) => {
    expect(valuesOf({ EDGEBOOT_INSECURE: text, EDGEBOOT_NO_PHONE_HOME: text })).toMatchObject({
      insecure: true,
      phoneHome: false,
    })
  })

  test.each(['', '0', 'false', 'no', 'off'])('do not switch on with %j', (text) => {
    const values = valuesOf({ EDGEBOOT_INSECURE: text, EDGEBOOT_NO_PHONE_HOME: text })

    expect(values['insecure']).toBeUndefined()
    expect(values['phoneHome']).toBe(true)
  })

  test('that are neither on nor off are refused', () => {
    expect(() => valuesOf({ EDGEBOOT_INSECURE: 'perhaps' })).toThrow(
      'EDGEBOOT_INSECURE is "perhaps"; expected true or false',
    )
  })
})

describe('--insecure', () => {
  test('is said aloud on every run, and nothing else is', () => {
    const told: string[] = []
    const context = { progress: (line: string) => void told.push(line) }

    const quiet = vsphereOf(valuesOf({}) as VsphereValues, context)
    const loud = vsphereOf(valuesOf({}, '--insecure') as VsphereValues, context)

    expect(quiet.insecure).toBeUndefined()
    expect(loud.insecure).toBe(true)
    expect(told).toEqual([
      'WARNING: --insecure: the certificate of the vCenter is not checked: whoever is in between reads the password',
    ])
  })
})
