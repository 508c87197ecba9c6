import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { findEfiFirmware } from '../../src/adapters/hypervisor-qemu/tools.ts'
import {
  openServerCertificate,
  type ServerCertificate,
} from '../../src/adapters/tls-x509/server-certificate.ts'
import { cacheDirectory } from '../../src/app/environment.ts'
import { tlsVerdict } from '../../src/domain/netboot/tls-clients.ts'
import { openBootServer } from '../../src/servers/http-boot/boot-server.ts'
import { createFakeBootDesk } from '../support/fake-boot-desk.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createRecordingLog } from '../support/recording-log.ts'

/** Under which a guest of QEMU's user network sees this machine. */
const HOST = '10.0.2.2'
const IPXE = join(cacheDirectory(), 'ipxe')
const TEST_MS = 300_000

let tls: ServerCertificate
beforeAll(async () => {
  const directory = aDirectory()
  tls = await openServerCertificate({ directory, names: [HOST], clock: createFakeClock(Date.now()) })
  return () => rmSync(directory, { recursive: true, force: true })
})

function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'edgeboot-tls-'))
}

/** A plain server to which the script tells how it got on, and that answers for the cross-signing service. */
async function openReports() {
  const asked: URL[] = []
  const server: Server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://x'))
    server.emit('told')
    response.end(request.url?.startsWith('/auto/') ? '' : '#!ipxe\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const told = async (path: string): Promise<URL> => {
    for (;;) {
      const found = asked.find(({ pathname }) => pathname === path)
      if (found) return found
      await once(server, 'told', { signal: AbortSignal.timeout(TEST_MS) })
    }
  }
  return { base: `http://${HOST}:${(server.address() as AddressInfo).port}`, asked, told }
}

async function openListener() {
  const log = createRecordingLog()
  const desk = createFakeBootDesk()
  const server = await openBootServer({ desk, log, host: '127.0.0.1', port: 0, tls })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { desk, log, url: `https://${HOST}:${server.port}/boot.ipxe` }
}

/** Tries the listener as the build comes, then with cross-signing from us, and with a trust setting that is none. */
function scriptFor(url: string, reports: string): string {
  return [
    '#!ipxe',
    'dhcp',
    `chain ${reports}/started?version=\${version}&platform=\${platform} ||`,
    `chain ${url} || chain ${reports}/refused?errno=\${errno:uint32} ||`,
    `set crosscert ${reports}/auto`,
    'set trust ${sha256}',
    `chain ${url} || chain ${reports}/crossed?errno=\${errno:uint32} ||`,
    `chain ${reports}/over ||`,
    'poweroff',
    '',
  ].join('\n')
}

function boot(...args: string[]): ChildProcess {
  const common = ['-accel', 'tcg', '-machine', 'q35', '-cpu', 'max', '-m', '512', '-display', 'none']
  const network = ['-netdev', 'user,id=n0', '-device', 'virtio-net-pci,netdev=n0,romfile=']
  const child = spawn('qemu-system-x86_64', [...common, ...network, ...args], { stdio: 'ignore' })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}

const MACHINES = {
  bios: (directory: string) => [
    '-kernel',
    join(IPXE, 'ipxe.lkrn'),
    '-initrd',
    join(directory, 'autoexec.ipxe'),
  ],
  efi: (directory: string) => {
    const { codePath, variablesPath } = findEfiFirmware()
    const disk = join(directory, 'disk', 'EFI', 'BOOT')
    mkdirSync(disk, { recursive: true })
    copyFileSync(join(IPXE, 'ipxe-amd64.efi'), join(disk, 'BOOTX64.EFI'))
    copyFileSync(join(directory, 'autoexec.ipxe'), join(directory, 'disk', 'autoexec.ipxe'))
    copyFileSync(variablesPath, join(directory, 'variables.fd'))
    return [
      ...['-drive', `if=pflash,format=raw,readonly=on,file=${codePath}`],
      ...['-drive', `if=pflash,format=raw,file=${join(directory, 'variables.fd')}`],
      ...['-drive', `format=raw,file=fat:rw:${join(directory, 'disk')}`],
      ...['-device', 'virtio-rng-pci'],
    ]
  },
} as const

test.each([
  ['bios', 'pcbios', 'ipxe-bios-https'],
  ['efi', 'efi', 'ipxe-efi'],
] as const)(
  'stock iPXE 2.0 of Debian for %s speaks HTTPS, and refuses our authority whatever is set',
  async (firmware, platform, client) => {
    const directory = aDirectory()
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const reports = await openReports()
    const { desk, log, url } = await openListener()
    writeFileSync(join(directory, 'autoexec.ipxe'), scriptFor(url, reports.base))

    const machine = boot(...MACHINES[firmware](directory))
    const ended = once(machine, 'exit')
    const over = await Promise.race([reports.told('/over'), ended.then(() => undefined)])

    expect(over, 'the machine ended before its script did').toBeDefined()
    const started = await reports.told('/started')
    expect(started.searchParams.get('platform')).toBe(platform)
    expect(started.searchParams.get('version')).toMatch(/^2\./)
    // EACCES of iPXE: https://ipxe.org/0216eb
    expect((await reports.told('/refused')).searchParams.get('errno')).toMatch(/^0x0?216eb/)
    expect((await reports.told('/crossed')).searchParams.get('errno')).toMatch(/^0x/)
    expect(reports.asked.filter(({ pathname }) => /^\/auto\/[0-9a-f]{8}\.der$/.test(pathname))).toHaveLength(
      1,
    )
    expect(desk.clients).toEqual([])
    expect(log.lines.filter(({ message }) => message.includes('TLS handshake'))).toHaveLength(2)
    expect(tlsVerdict(client, 'private-authority').verdict).toBe('cannot')
  },
  TEST_MS,
)
