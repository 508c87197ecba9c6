import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addMachineOptions } from './machine-options.ts'
import { addNetbootOptions, type NetbootValues, netbootOf } from './netboot-options.ts'
import { nameEnvironment } from './settings.ts'
import { applySettingsFile } from './settings-file.ts'
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

describe('settings of network boot', () => {
  function aCommand(...args: readonly string[]): Command {
    const command = addNetbootOptions(new Command('serve').exitOverride())
    nameEnvironment(command)
    return command.parse(args, { from: 'user' })
  }

  test('come from the environment, several values of one with commas', () => {
    const env = {
      DHCP: 'authoritative',
      DHCP_INTERFACE: 'eth1, eth2',
      DHCP_INSTALLED: 'local',
      DHCP_RANGE: '192.0.2.100-192.0.2.200',
      DHCP_ROUTER: '192.0.2.1',
      DHCP_DNS: '192.0.2.53,192.0.2.54',
      DHCP_LEASE: '2h',
      DHCP_RESERVE: '00:50:56:aa:bb:cc=192.0.2.20',
      TFTP_PORT: '6969',
      TFTP_MODE: 'usual',
    }
    for (const [name, text] of Object.entries(env)) vi.stubEnv(`EDGEBOOT_${name}`, text)

    expect(netbootOf(aCommand().opts<NetbootValues>())).toEqual({
      dhcp: 'authoritative',
      interfaces: ['eth1', 'eth2'],
      installed: 'local',
      range: { first: '192.0.2.100', last: '192.0.2.200' },
      router: '192.0.2.1',
      dns: ['192.0.2.53', '192.0.2.54'],
      leaseSeconds: 7200,
      reservations: new Map([['00:50:56:aa:bb:cc', '192.0.2.20']]),
      tftpPort: 6969,
      tftpMode: 'usual',
    })
  })

  test('one interface in the environment is one interface, and none is none', () => {
    vi.stubEnv('EDGEBOOT_DHCP_INTERFACE', 'eth1')
    expect(aCommand().opts()).toMatchObject({ dhcpInterface: ['eth1'] })
    expect(aCommand('--dhcp-interface', 'eth2').opts(), 'the command line').toMatchObject({
      dhcpInterface: ['eth2'],
    })
    vi.stubEnv('EDGEBOOT_DHCP_INTERFACE', '')
    expect(aCommand().opts()).toMatchObject({ dhcpInterface: [] })
  })

  test('come from a settings file, as one value or as a list', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'edgeboot-settings-'))
    try {
      const path = join(directory, 'settings.yaml')
      writeFileSync(path, 'dhcp: proxy\ndhcp-interface: [eth1, eth2]\ndhcp-dns: 192.0.2.53\ntftp-port: off\n')
      const command = aCommand()
      await applySettingsFile(path, command, command)
      expect(netbootOf(command.opts<NetbootValues>())).toMatchObject({
        dhcp: 'proxy',
        interfaces: ['eth1', 'eth2'],
        dns: ['192.0.2.53'],
        tftpPort: undefined,
      })

      writeFileSync(path, 'dhcp-interface: [[eth1]]\n')
      await expect(applySettingsFile(path, aCommand(), aCommand())).rejects.toThrow('or a list of them')
      writeFileSync(path, 'dhcp: [proxy]\n')
      await expect(applySettingsFile(path, aCommand(), aCommand())).rejects.toThrow('a single value')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
