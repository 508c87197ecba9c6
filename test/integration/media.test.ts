import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createMediaBuilder } from '../../src/adapters/media-xorriso/media-builder.ts'
import { cacheDirectory } from '../../src/app/environment.ts'
import { isFailure } from '../../src/domain/failure.ts'
import { autoexecFor } from '../../src/services/boot-texts.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-media-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The distribution's own build, and the one the set-up fetched. */
const OLD = '/usr/lib/ipxe'
const NEW = join(cacheDirectory(), 'ipxe')
const signal = () => AbortSignal.timeout(60_000)
const builder = (...ipxeDirectories: string[]) =>
  createMediaBuilder({ cacheDirectory: join(directory, 'cache'), ipxeDirectories, log: createSilentLog() })

const inIso = (iso: string, path: string): string => {
  const out = join(directory, `extracted-${path.replaceAll('/', '')}`)
  rmSync(out, { force: true })
  execFileSync('xorriso', ['-osirrox', 'on', '-indev', iso, '-extract', path, out], { stdio: 'pipe' })
  return out
}

describe('self-chaining media', () => {
  test.each([
    ['bios', NEW],
    ['uefi', NEW],
    ['bios', OLD],
  ] as const)('for %s from %s carry the script where BIOS and UEFI look for it', async (firmware, from) => {
    const autoexec = autoexecFor('http://192.0.2.1:8080')
    const media = builder(from)

    const iso = await media.build(await media.findIpxe(firmware, signal()), autoexec, signal())

    const cat = (file: string): string => execFileSync('cat', [file], { encoding: 'utf8' })
    expect(cat(inIso(iso, '/autoexec.ipxe'))).toBe(autoexec)
    expect(cat(inIso(iso, '/isolinux.cfg'))).toMatch(/KERNEL ipxe\.krn\n\s*APPEND initrd=autoexec\.ipxe/)
    const efi = inIso(iso, '/efi.img')
    const env = { ...process.env, MTOOLS_SKIP_CHECK: '1' }
    expect(execFileSync('mtype', ['-i', efi, '::/autoexec.ipxe'], { encoding: 'utf8', env })).toBe(autoexec)
  })

  test('are built once for the same iPXE and script', async () => {
    const media = builder(NEW)
    const ipxe = await media.findIpxe('bios', signal())
    const first = await media.build(ipxe, 'one', signal())
    const time = statSync(first).mtimeMs

    const again = await Promise.all([media.build(ipxe, 'one', signal()), media.build(ipxe, 'one', signal())])

    expect(again).toEqual([first, first])
    expect(statSync(first).mtimeMs).toBe(time)
    expect(await media.build(ipxe, 'two', signal())).not.toBe(first)
    expect(readdirSync(join(directory, 'cache')).filter((name) => name.startsWith('building-'))).toEqual([])
  })

  test('for UEFI are refused from a build that cannot do it, with the remedy', async () => {
    const failure = await builder(OLD)
      .findIpxe('uefi', signal())
      .catch((error: unknown) => error)

    expect(isFailure(failure, 'ipxe.too-old') && failure.message).toMatch(/1\.0\.0.*needs 2\.0/)
  })

  test('are refused where there is no iPXE, with what to install', async () => {
    const failure = await builder(join(directory, 'empty'))
      .findIpxe('bios', signal())
      .catch((error: unknown) => error)

    expect(isFailure(failure, 'ipxe.not-found') && failure.message).toContain('apt-get install ipxe')
  })

  test('are written by the command line, which says which iPXE they are made of', async () => {
    const out = join(directory, 'out.iso')

    const { code, stdout } = await runEdgeboot([
      '--json',
      'media',
      'build',
      '--server-url',
      'http://192.0.2.1:8080',
      '--out',
      out,
    ])

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ out, ipxeVersion: expect.stringMatching(/^2\./) })
    expect(existsSync(out)).toBe(true)
  })

  test.each([
    ['has none', () => directory, 'ipxe.not-found'],
    ['is too old for UEFI', () => OLD, 'ipxe.too-old'],
  ])('are not made of another iPXE when the folder that was named %s', async (_, folder, code) => {
    const options = ['--server-url', 'http://192.0.2.1:8080', '--out', join(directory, 'never.iso')]

    const ran = await runEdgeboot(['--json', 'media', 'build', ...options, '--ipxe', folder()])

    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.stdout).error).toMatchObject({
      code,
      message: expect.stringContaining(folder()),
    })
  })

  test('a server URL with a path is refused', async () => {
    const { code } = await runEdgeboot([
      'media',
      'build',
      '--server-url',
      'http://h/x',
      '--out',
      join(directory, 'no.iso'),
    ])

    expect(code).toBe(2)
  })

  // The scripts' own way of coping: the server fails at first, then asks to wait, then answers.
  test.each([
    ['the build of iPXE 2.0', NEW],
    ["the distribution's old build", OLD],
  ])('boot in BIOS with %s, try again after an error and wait when told to', async (_, from) => {
    const asked: string[] = []
    const done = Promise.withResolvers<void>()
    const server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      asked.push(path)
      const nth = asked.filter((one) => one === path).length
      if (path === '/boot.ipxe' && nth === 1) {
        response.writeHead(500, { 'content-length': 0 }).end()
        return
      }
      if (path === '/ipxe' && nth < 3) {
        response.writeHead(503, { 'retry-after': '1', 'content-length': 0 }).end()
        return
      }
      const { port } = server.address() as AddressInfo
      const script =
        path === '/ipxe'
          ? '#!ipxe\npoweroff\n'
          : `#!ipxe\nchain http://10.0.2.2:${port}/ipxe?mac=\${netX/mac}\n`
      response.writeHead(200, { 'content-length': script.length }).end(script)
      if (path === '/ipxe') done.resolve()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const media = builder(from)
    const iso = await media.build(
      await media.findIpxe('bios', signal()),
      autoexecFor(`http://10.0.2.2:${port}`),
      signal(),
    )
    const nic = ['-netdev', 'user,id=n', '-device', 'virtio-net-pci,netdev=n,romfile=']
    const qemu = spawn('qemu-system-x86_64', [
      '-accel',
      'tcg',
      '-machine',
      'q35',
      '-m',
      '256',
      '-display',
      'none',
      '-cdrom',
      iso,
      ...nic,
    ])
    try {
      await done.promise

      expect(asked).toEqual(['/boot.ipxe', '/boot.ipxe', '/ipxe', '/ipxe', '/ipxe'])
    } finally {
      qemu.kill('SIGKILL')
      server.close()
    }
  })
})
