import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
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

/** The EFI system partition, as mtools name a part of a file: in the image it starts at 1 MiB. */
const partitionOf = (iso: string): string => `${iso}@@1M`

const mtools = (...command: [string, ...string[]]): string =>
  execFileSync(command[0], command.slice(1), {
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, MTOOLS_SKIP_CHECK: '1' },
  })

const digestOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Built before anything else, in a folder whose name means something to the tools. */
const early = (async () => {
  const media = createMediaBuilder({
    cacheDirectory: join(directory, 'another place: @@1,*'),
    ipxeDirectories: [NEW],
    log: createSilentLog(),
  })
  return media.build(await media.findIpxe('uefi', signal()), 'the same', signal())
})()

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
    expect(mtools('mtype', '-i', partitionOf(iso), '::/autoexec.ipxe')).toBe(autoexec)
  })

  test('start UEFI on x86-64 and arm64 with the binaries of iPXE as they are shipped', async () => {
    const media = builder(NEW)
    const iso = await media.build(await media.findIpxe('uefi', signal()), 'any', signal())
    const partition = partitionOf(iso)

    for (const [name, shipped] of [
      ['BOOTX64.EFI', 'ipxe-amd64.efi'],
      ['BOOTAA64.EFI', 'ipxe-arm64.efi'],
    ]) {
      const out = join(directory, `${name}`)
      mtools('mcopy', '-n', '-i', partition, `::/EFI/BOOT/${name}`, out)
      expect(readFileSync(out).equals(readFileSync(join(NEW, `${shipped}`)))).toBe(true)
    }
  })

  test('take from the folder what its ISO lacks for arm64', async () => {
    const folder = join(directory, 'without-arm64')
    mkdirSync(folder)
    copyFileSync(join(OLD, 'ipxe.iso'), join(folder, 'ipxe.iso'))
    copyFileSync(join(NEW, 'ipxe-arm64.efi'), join(folder, 'ipxe-arm64.efi'))
    const media = builder(folder)

    const iso = await media.build(await media.findIpxe('bios', signal()), 'any', signal())

    const names = mtools('mdir', '-b', '-i', partitionOf(iso), '::/EFI/BOOT')
    expect(names.trim().split(/\s+/)).toEqual(['::/EFI/BOOT/BOOTAA64.EFI', '::/EFI/BOOT/BOOTX64.EFI'])
  })

  test('are refused of an ISO that is another kind of iPXE, naming what it lacks', async () => {
    const folder = join(directory, 'other-kind')
    mkdirSync(join(folder, 'tree'), { recursive: true })
    writeFileSync(join(folder, 'tree', 'isolinux.cfg'), 'PROMPT 1\n')
    execFileSync('xorriso', ['-as', 'mkisofs', '-o', join(folder, 'ipxe.iso'), join(folder, 'tree')], {
      stdio: 'pipe',
    })
    const media = builder(folder)
    const ipxe = await media.findIpxe('bios', signal())

    const failure = await media.build(ipxe, 'any', signal()).catch((error: unknown) => error)

    expect(isFailure(failure, 'media.build-failed') && failure.message).toContain(
      'it lacks isolinux.bin, efi.img, a kernel in isolinux.cfg',
    )
  })

  test('are disk and CD at once: a partition of UEFI in a GPT, and the same bytes under El Torito', async () => {
    const media = builder(NEW)
    const iso = await media.build(await media.findIpxe('uefi', signal()), 'any', signal())
    const bytes = readFileSync(iso)

    // UEFI 2.10 §5.2.3: a protective MBR, from the second sector on. §5.3: header and first entries.
    expect([...Array(4).keys()].map((index) => bytes[446 + 16 * index + 4])).toContain(0xee)
    expect(bytes.toString('latin1', 512, 520)).toBe('EFI PART')
    const entries = Number(bytes.readBigUInt64LE(512 + 72)) * 512
    const types = [0, 1, 2].map((index) =>
      bytes.toString('hex', entries + 128 * index, entries + 128 * index + 16),
    )
    const system = types.indexOf('28732ac11ff8d211ba4b00a0c93ec93b')
    const first = Number(bytes.readBigUInt64LE(entries + 128 * system + 32))
    const { stdout } = spawnSync('xorriso', ['-indev', iso, '-report_el_torito', 'plain'], {
      encoding: 'utf8',
    })
    const [, lba] = /El Torito boot img : +2 +UEFI .* (\d+)$/m.exec(stdout) ?? []
    expect(first).toBe(Number(lba) * 4)
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

  test.each([
    ['--vlan', '42'],
    ['--server-url', 'https://192.0.2.1'],
  ])('are not made of an iPXE too old for %s %s', async (...option) => {
    const out = join(directory, 'never.iso')
    const ran = await runEdgeboot([
      ...['--json', 'media', 'build', '--server-url', 'http://192.0.2.1', '--out', out, '--firmware', 'bios'],
      ...['--ipxe', OLD, ...option],
    ])

    expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'ipxe.too-old' })
    expect(existsSync(out)).toBe(false)
  })

  test('carry the network they are made for, name servers given one by one or together', async () => {
    const out = join(directory, 'host.iso')
    const ran = await runEdgeboot([
      ...['media', 'build', '--server-url', 'http://192.0.2.1', '--out', out, '--address', '192.0.2.20/24'],
      ...['--dns', '192.0.2.53', '--dns', '192.0.2.54,192.0.2.55'],
    ])

    expect(ran.code).toBe(0)
    const script = readFileSync(inIso(out, '/autoexec.ipxe'), 'utf8')
    expect(script).toContain('\nset edgeboot-dns 192.0.2.53,192.0.2.54,192.0.2.55\n')
  })

  test('are not built of options that cannot be, all of which are named', async () => {
    const out = join(directory, 'never.iso')
    const ran = await runEdgeboot([
      ...['--json', 'media', 'build', '--server-url', 'http://192.0.2.1', '--out', out],
      ...['--gateway', '192.0.2.1', '--vlan', '5000'],
    ])

    expect(ran.code).toBe(2)
    const { code, message } = JSON.parse(ran.stdout).error
    expect(code).toBe('usage.invalid')
    expect(message).toMatch(/--gateway goes with --address[\s\S]*--vlan "5000"/)
    expect(existsSync(out)).toBe(false)
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

  // Last of all: the boots above have taken longer than the steps in which FAT counts time.
  test('are the same bytes wherever and whenever they are built', async () => {
    const media = builder(NEW)
    const ipxe = await media.findIpxe('uefi', signal())

    expect(digestOf(await media.build(ipxe, 'the same', signal()))).toBe(digestOf(await early))
    expect(digestOf(await media.build(ipxe, 'not the same', signal()))).not.toBe(digestOf(await early))
  })
})
