import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messageType, OPTION } from '../../src/codec/dhcp4/options.ts'
import { askDhcp, capturedDhcp, floodDhcp } from '../support/ask-dhcp.ts'
import { serveInLab, statusOf } from '../support/lab-serve.ts'
import { LAB, lineOf, type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'
import { standInIso } from '../support/stand-in-iso.ts'

/** Whoever asks is answered. */
const DISCOVER = 'apiVersion: edgeboot/v1\nunknownHosts: discover\n'
const PROXY = ['--dhcp', 'proxy'] as const
const FIRST = ['--dhcp-interface', 'br0'] as const
/** How a client without an address asks: everybody, by port 67. */
const broadcast = (from: string) => ({ from, fromPort: 68, to: '255.255.255.255', toPort: 67 })
const UEFI = capturedDhcp('ovmf-pxe-proxydhcp', 0)
const HTTP = capturedDhcp('ovmf-httpboot-dhcp', 8)
const IPXE = capturedDhcp('ovmf-pxe-then-ipxe2', 4)
const RELAYED = capturedDhcp('ovmf-pxe-relay', 0)

/** The card of the host of the fleet. */
const MAC = '52:54:00:77:02:01'
const OF_HOST = { ...UEFI, hardwareAddress: Uint8Array.from(Buffer.from(MAC.replaceAll(':', ''), 'hex')) }
const MIB = 1024 * 1024

let lab: NetbootLab
beforeAll(async () => {
  lab = await openNetbootLab()
})
afterAll(async () => await lab[Symbol.asyncDispose]())

/** Strangers are answered as well, as long as they are not too many. */
async function fleetOfOne(): Promise<string> {
  return `${DISCOVER}installers:
  stand-in: { iso: ${await standInIso()} }
profiles:
  box: { installer: stand-in, userData: { stylus: { managementMode: local } } }
hosts:
  - { name: box, profile: box, match: { mac: "${MAC}" } }
`
}

/** A program on the machine of the first network, to its end: what it wrote to stdout. */
function inClient(...command: readonly string[]): Buffer {
  const [program = '', ...args] = [...lab.client, ...command]
  return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

describe('a server on two networks', () => {
  test('is told to each client by the address it has on the network of the client', async () => {
    await using serving = await serveInLab(lab, PROXY, { data: 'two' })
    serving.apply(DISCOVER)
    for (const [client, from, ours] of [
      [lab.client, LAB.site, LAB.server],
      [lab.otherClient, LAB.otherSite, LAB.otherServer],
    ] as const) {
      const pxe = await askDhcp(client, UEFI, broadcast(from))
      expect([messageType(pxe), pxe.serverAddress, pxe.bootFile]).toEqual(['offer', ours, 'snponly.efi'])
      const http = await askDhcp(client, HTTP, broadcast(from))
      expect(http.bootFile).toMatch(new RegExp(`^http://${ours}:\\d+/snponly\\.efi$`))
      const ipxe = await askDhcp(client, IPXE, broadcast(from))
      expect(ipxe.bootFile).toMatch(new RegExp(`^http://${ours}:\\d+/boot\\.ipxe$`))
      expect([...(pxe.options.get(OPTION.serverIdentifier) ?? [])].join('.')).toBe(ours)
    }
  })

  test('answers what came through a relay agent to that, with what it had added', async () => {
    await using serving = await serveInLab(lab, PROXY, { data: 'relay' })
    serving.apply(DISCOVER)
    const added = RELAYED.options.get(OPTION.relayAgentInformation)
    const answer = await askDhcp(
      lab.otherClient,
      { ...RELAYED, relayAddress: LAB.otherSite },
      { from: LAB.otherSite, fromPort: 67, to: LAB.otherServer, toPort: 67 },
    )
    expect(added?.length).toBeGreaterThan(0)
    expect(answer.options.get(OPTION.relayAgentInformation)).toEqual(added)
    expect(answer.relayAddress).toBe(LAB.otherSite)
    expect(answer.serverAddress).toBe(LAB.otherServer)
    expect(answer.bootFile).toBe('snponly.efi')
    expect(answer.transactionId).toBe(RELAYED.transactionId)
  })
})

test('a DHCP port that is in use is told with who holds it and what to do, and all else goes on', async () => {
  const holder = lab.start('dnsmasq', [
    ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--interface=br0'],
    ...['--dhcp-range=10.77.0.100,10.77.0.200', `--dhcp-leasefile=${lab.directory}/held.leases`],
  ])
  try {
    await lineOf(holder, /started, version/)
    await using serving = await serveInLab(lab, [...PROXY, ...FIRST], { data: 'held' })
    expect(serving.said()).toMatch(
      new RegExp(
        `DHCP \\(proxy\\) does not listen: UDP port 67 is in use by dnsmasq \\(pid ${holder.pid}\\): .*--dhcp pxe-only`,
      ),
    )
    expect(serving.said()).toMatch(/DHCP \(proxy\): 4011 on 10\.77\.0\.1/)
    expect(serving.said()).toMatch(/TFTP: 69 on 10\.77\.0\.1/)
    serving.apply(DISCOVER)
    for (const place of [`tftp://${LAB.server}`, `http://${LAB.server}:8080`])
      expect(inClient('curl', '-sf', `${place}/autoexec.ipxe`).toString(), place).toMatch(/^#!ipxe/)
  } finally {
    const closed = once(holder, 'close')
    holder.kill('SIGKILL')
    await closed
  }
})

test('a DHCP port that dnsmasq shares, as libvirt starts it, is told of', async () => {
  const other = lab.start('dnsmasq', [
    ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--interface=br0', '--bind-dynamic'],
    ...['--dhcp-range=10.77.0.100,10.77.0.200', `--dhcp-leasefile=${lab.directory}/shared.leases`],
  ])
  try {
    await lineOf(other, /started, version/)
    await using serving = await serveInLab(lab, [...PROXY, ...FIRST], { data: 'shared' })
    expect(serving.said()).toMatch(
      new RegExp(`UDP port 67 is shared with dnsmasq \\(pid ${other.pid}\\), .*10\\.77\\.0\\.1`),
    )
    expect(serving.said()).toMatch(/DHCP \(proxy\): 67 on 10\.77\.0\.1/)
  } finally {
    const closed = once(other, 'close')
    other.kill('SIGKILL')
    await closed
  }
})

describe('UEFI HTTP boot', () => {
  /** The answer as it came over the wire. */
  function ask(method: string, url: string): { readonly head: string; readonly body: Buffer } {
    const { hostname, port, pathname } = new URL(url)
    const request = `${method} ${pathname} HTTP/1.1\\r\\nHost: ${hostname}:${port}\\r\\nConnection: close\\r\\n\\r\\n`
    const script = `exec 3<>/dev/tcp/${hostname}/${port}; printf '${request}' >&3; cat <&3`
    const bytes = inClient('bash', '-c', script)
    const end = bytes.indexOf('\r\n\r\n')
    return { head: bytes.subarray(0, end + 2).toString('latin1'), body: bytes.subarray(end + 4) }
  }

  test('gets its image at once, of its length and type, by HEAD and GET', async () => {
    const args = [...PROXY, ...FIRST, '--ipxe', '/usr/lib/ipxe']
    await using serving = await serveInLab(lab, args, { data: 'http' })
    serving.apply(await fleetOfOne())
    serving.run('host', 'arm', 'box', '--for', '30m')
    const image = readFileSync('/usr/lib/ipxe/snponly.efi')
    for (const [client, path] of [
      [HTTP, '/snponly.efi'],
      [{ ...HTTP, hardwareAddress: OF_HOST.hardwareAddress }, '/n/box/snponly.efi'],
    ] as const) {
      const { bootFile } = await askDhcp(lab.client, client, broadcast(LAB.site))
      expect(new URL(bootFile).pathname).toBe(path)
      for (const method of ['HEAD', 'GET']) {
        const { head, body } = ask(method, bootFile)
        expect(head).toMatch(/^HTTP\/1\.1 200 /)
        expect(head).toMatch(new RegExp(`^content-length: ${image.length}\r$`, 'im'))
        expect(head).toMatch(/^content-type: application\/efi\r$/im)
        expect(body.equals(method === 'HEAD' ? Buffer.alloc(0) : image)).toBe(true)
      }
      const { head, body } = ask('GET', new URL('autoexec.ipxe', bootFile).href)
      expect(head).toMatch(/^HTTP\/1\.1 200 /)
      expect(body.toString()).toMatch(/^#!ipxe\n/)
      expect(body.toString()).toContain(new URL('/boot.ipxe', bootFile).href)
    }
  })
})

test.each([
  ['proxy', PROXY, /^0\.0\.0\.0$/],
  [
    'authoritative',
    ['--dhcp', 'authoritative', '--dhcp-range', '10.77.0.100-10.77.0.120'],
    /^10\.77\.0\.1[0-2]\d$/,
  ],
] as const)(
  'a flood of made-up machines keeps no host from being answered by --dhcp %s, and takes no memory',
  async (mode, args, given) => {
    await using serving = await serveInLab(lab, [...args, ...FIRST], { data: `flood-${mode}` })
    serving.apply(await fleetOfOne())
    serving.run('host', 'arm', 'box', '--for', '30m')
    const rssBytes = (): number => Number.parseInt(statusOf(serving.process, 'VmRSS'), 10) * 1024
    const before = rssBytes()
    await using flood = floodDhcp(lab.client, UEFI, broadcast(LAB.site), 4000)
    await lineOf(flood.process, /^sent 8000$/)
    const answer = await askDhcp(lab.client, OF_HOST, broadcast(LAB.site))
    expect(flood.process.exitCode, 'it still floods').toBeNull()
    expect(answer.bootFile).toBe('n/box/snponly.efi')
    expect(answer.yourAddress).toMatch(given)
    expect(rssBytes() - before).toBeLessThan(100 * MIB)
    const strangers = serving.news().filter(({ host }) => host === undefined)
    expect(strangers.length, 'it was heard').toBeGreaterThan(100)
    expect(
      serving.news().some(({ host }) => host === 'box'),
      'and the host is seen',
    ).toBe(true)
  },
)
