import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'
import { PROGRAM } from '../support/program.ts'
import { standInIso } from '../support/stand-in-iso.ts'
import { storyOf } from '../support/story-of.ts'

const MACS = {
  bios: '52:54:00:77:00:01',
  pxe: '52:54:00:77:00:02',
  http: '52:54:00:77:00:03',
} as const
type Box = keyof typeof MACS
const BOXES = Object.keys(MACS) as readonly Box[]
/** OVMF tries PXE first, for minutes, unless it is told not to (OvmfPkg, `PlatformBootManagerLib`). */
const NO_PXE = ['IPv4PXESupport', 'IPv6PXESupport'].flatMap((name) => [
  '-fw_cfg',
  `name=opt/org.tianocore/${name},string=n`,
])

let lab: NetbootLab
beforeAll(async () => {
  lab = await openNetbootLab()
  writeFileSync(join(lab.directory, 'fleet.yaml'), fleetText(await standInIso()))
})
afterAll(async () => await lab[Symbol.asyncDispose]())

function fleetText(iso: string): string {
  return `apiVersion: edgeboot/v1
unknownHosts: ignore
installers:
  stand-in: { iso: ${iso} }
profiles:
  box:
    installer: stand-in
    userData:
      stylus: { managementMode: local }
      install: { reboot: true }
hosts:
${BOXES.map((name) => `  - { name: ${name}, profile: box, match: { mac: "${MACS[name]}" } }`).join('\n')}
`
}

function edgeboot(args: readonly string[]): readonly [string, readonly string[]] {
  const data = `EDGEBOOT_DATA_DIR=${join(lab.directory, 'data')}`
  return ['env', [data, process.execPath, PROGRAM, ...args]]
}

function run(...args: readonly string[]): string {
  const [command, rest] = edgeboot(args)
  const [first = '', ...before] = lab.inServer
  return execFileSync(first, [...before, command, ...rest], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

interface Told {
  readonly host: string
  readonly time: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Resolves when each of the hosts is ready; rejects as soon as one has failed. */
async function allReady(): Promise<void> {
  const [command, rest] = edgeboot(['host', 'watch', '--json'])
  const [first = '', ...before] = lab.inServer
  const watching = spawn(first, [...before, command, ...rest], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const waiting = new Set<string>(BOXES)
    for await (const line of createInterface(watching.stdout)) {
      const { host, type, data }: Told = JSON.parse(line)
      if (type === 'host.failed') throw new Error(`${host} failed: ${data['reason']}`)
      if (type === 'phase.changed' && data['to'] === 'ready') waiting.delete(host)
      if (waiting.size === 0) return
    }
    throw new Error('the events ended')
  } finally {
    const closed = once(watching, 'close')
    watching.kill('SIGKILL')
    await closed
  }
}

function eventsOf(host: Box): readonly Told[] {
  return JSON.parse(run('host', 'show', host, '--json')).events
}

describe('boxes on a shelf, with nothing but a network card, beside the DHCP server of the site', () => {
  test('install themselves by BIOS PXE, UEFI PXE and UEFI HTTP boot, and boot from their disks then', async () => {
    await lab.startSiteDhcp()
    const serving = lab.start(...edgeboot(['serve', '--dhcp', 'proxy', '--dhcp-interface', 'br0']))
    await lineOf(serving, /Ctrl\+C stops/)
    run('apply', '-f', join(lab.directory, 'fleet.yaml'))
    for (const name of BOXES) run('host', 'arm', name, '--for', '30m')

    const ready = allReady()
    const consoles = new Map<Box, () => string>()
    for (const name of BOXES) {
      const machine = await lab.startMachine({
        ...{ name, mac: MACS[name], disk: 10 },
        firmware: name === 'bios' ? 'bios' : 'uefi',
        more: name === 'http' ? NO_PXE : [],
        // UEFI waits minutes for answers that do not come before it goes on to the disk.
        // UEFI waits minutes for answers that do not come before it goes on to the disk; BIOS does not, and shows
        // that whoever has installed is not answered.
        isDiskFirst: name !== 'bios',
      })
      consoles.set(name, machine.console)
    }
    await ready.catch((error: unknown) => {
      const screens = BOXES.map((name) => `${name}:\n${consoles.get(name)?.().slice(-1500)}`)
      throw new Error(`${(error as Error).message}\n${screens.join('\n')}`)
    })

    const seen = new Map(BOXES.map((name) => [name, eventsOf(name)]))
    const told = storyOf(seen)
    for (const [name, events] of seen) {
      const asked = events.filter(({ type }) => type === 'dhcp.seen').map(({ data }) => data['action'])
      expect(asked[0], `${name} was answered at first; ${told}`).toBe('answered')
      if (name === 'bios')
        expect(asked.at(-1), `${name} was not answered when it had installed; ${told}`).toBe('ignored')
      const scripts = events.filter(
        ({ type, data }) => type === 'script.served' && data['action'] === 'install',
      )
      expect(scripts.length, `${name} installed once; ${told}`).toBe(1)
    }
    const clientOf = (name: Box) => seen.get(name)?.find(({ type }) => type === 'dhcp.seen')?.data['client']
    expect(clientOf('bios')).toMatch(/^iPXE .*on x86 BIOS$/)
    expect(clientOf('pxe')).toBe('firmware, x64 UEFI (PXE)')
    expect(clientOf('http')).toBe('firmware, x64 UEFI boot from HTTP')
    const sentTo = (name: Box) =>
      seen
        .get(name)
        ?.filter(({ type }) => type === 'tftp.sent')
        .map(({ data }) => data['file'])
    expect(sentTo('pxe')).toContain('n/pxe/snponly.efi')
    expect(sentTo('http')).toEqual([])

    const news = run('dhcp', 'watch', '--recent')
    expect(news).toMatch(/dhcp answered pxe .*: it may install → n\/pxe\/snponly\.efi/)
    expect(news).toMatch(/dhcp ignored bios .*: it boots from its disk/)
  })
})
