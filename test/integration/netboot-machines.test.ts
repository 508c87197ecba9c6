import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LabServe, serveInLab } from '../support/lab-serve.ts'
import { LAB, lineOf, type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'

/** Whoever asks is led to a script; none of these machines gets further. */
const DISCOVER = 'apiVersion: edgeboot/v1\nunknownHosts: discover\n'
const FIRST = ['--dhcp-interface', 'br0'] as const
const RANGE = ['--dhcp', 'authoritative', ...FIRST, '--dhcp-range', '10.77.0.100-10.77.0.200'] as const
const MACS = { arm64: '52:54:00:77:01:01', uefi: '52:54:00:77:01:02', beside: '52:54:00:77:01:03' } as const

let lab: NetbootLab
beforeEach(async () => {
  lab = await openNetbootLab()
})
afterEach(async () => await lab[Symbol.asyncDispose]())

/** Resolves when the machine has asked for its script. */
async function askedForScript(serving: LabServe, mac: string): Promise<void> {
  await serving.line(new RegExp(`"mac":"${mac}".*asked for a boot script`))
}

/** What was told of a machine, in order. */
function toldOf(serving: LabServe, mac: string): readonly string[] {
  return serving
    .news()
    .filter((one) => one.service === 'tftp' || one.mac === mac)
    .map(({ service, action, file = '' }) => `${service} ${action} ${file}`.trim())
}

describe('a machine with nothing but a network card gets to its script', () => {
  test('when it is an arm64 machine, beside the DHCP server of the site', async () => {
    await lab.startSiteDhcp()
    await using serving = await serveInLab(lab, ['--dhcp', 'proxy', ...FIRST], { data: 'data' })
    serving.apply(DISCOVER)
    const asked = askedForScript(serving, MACS.arm64)
    await lab.startMachine({ name: 'arm64', mac: MACS.arm64, firmware: 'arm64', memoryMiB: 1024 })
    await asked
    const told = toldOf(serving, MACS.arm64)
    expect(told[0]).toBe('dhcp answered ipxe-arm64.efi')
    expect(told).toContain('tftp sent ipxe-arm64.efi')
  })

  test('when Edgeboot is the only DHCP server', async () => {
    await using serving = await serveInLab(lab, RANGE, { data: 'data' })
    serving.apply(DISCOVER)
    const asked = askedForScript(serving, MACS.uefi)
    await lab.startMachine({ name: 'uefi', mac: MACS.uefi, firmware: 'uefi', memoryMiB: 512 })
    await asked
    const told = toldOf(serving, MACS.uefi)
    expect(told[0]).toBe('dhcp answered snponly.efi')
    expect(told).toContain('tftp sent snponly.efi')
  })

  test('by port 4011, when the DHCP server of the site runs on the same machine', async () => {
    const dnsmasq = lab.start('dnsmasq', [
      ...[
        '--no-daemon',
        '--conf-file=/dev/null',
        '--port=0',
        '--interface=br0',
        '--dhcp-option=60,PXEClient',
      ],
      ...['--dhcp-range=10.77.0.100,10.77.0.200', `--dhcp-leasefile=${join(lab.directory, 'leases')}`],
    ])
    await lineOf(dnsmasq, /started, version/)
    await using serving = await serveInLab(lab, ['--dhcp', 'pxe-only', ...FIRST], { data: 'data' })
    expect(serving.said()).not.toMatch(/does not listen/)
    serving.apply(DISCOVER)
    const asked = askedForScript(serving, MACS.beside)
    await lab.startMachine({ name: 'beside', mac: MACS.beside, firmware: 'uefi', memoryMiB: 512 })
    await asked
    const told = toldOf(serving, MACS.beside)
    // It listens on no other port.
    expect(told[0]).toBe('dhcp answered snponly.efi')
    expect(told).toContain('tftp sent snponly.efi')
  })
})

describe('leases', () => {
  /** udhcpc(1) calls it with what it was given in the environment. */
  const SCRIPT = '#!/bin/sh\n[ "$1" = bound ] && echo "$ip $subnet $serverid $lease $router"\nexit 0\n'

  /** What a card with this MAC address is given. */
  function leaseOf(mac: string, ...more: readonly string[]): string {
    const script = join(lab.directory, 'udhcpc.script')
    writeFileSync(script, SCRIPT)
    chmodSync(script, 0o755)
    const [program = '', ...before] = lab.client
    const inClient = (...args: readonly string[]): string =>
      execFileSync(program, [...before, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    inClient('ip', 'link', 'set', lab.clientCard, 'address', mac)
    return inClient('busybox', 'udhcpc', '-i', lab.clientCard, '-f', '-q', '-n', '-s', script, ...more).trim()
  }

  test('are given to a DHCP client, kept for it when the server is killed (SIGKILL), and reserved', async () => {
    const [one, two, reserved] = ['52:54:00:77:03:01', '52:54:00:77:03:02', '52:54:00:77:03:03']
    const args = [...RANGE, '--dhcp-router', LAB.site, '--dhcp-reserve', `${reserved}=10.77.0.150`]
    {
      await using _serving = await serveInLab(lab, args, { data: 'data' })
      expect(leaseOf(one)).toBe(`10.77.0.100 255.255.255.0 ${LAB.server} 3600 ${LAB.site}`)
      expect(leaseOf(reserved)).toMatch(/^10\.77\.0\.150 /)
    }
    await using _again = await serveInLab(lab, args, { data: 'data' })
    expect(leaseOf(two, '-r', '10.77.0.100'), 'it belongs to another').toMatch(/^10\.77\.0\.101 /)
    expect(leaseOf(two, '-r', '10.77.0.150'), 'and so does this').toMatch(/^10\.77\.0\.101 /)
    expect(leaseOf(one)).toMatch(/^10\.77\.0\.100 /)
  })
})
