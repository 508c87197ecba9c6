import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDiskBlobs } from '../../src/adapters/blobs-disk/disk-blobs.ts'
import { Failure } from '../../src/domain/failure.ts'
import { inspectInstaller } from '../../src/services/inspect-installer/inspect-installer.ts'
import { openIsoDirectory } from '../../src/services/inspect-installer/iso-directory.ts'
import { readIsoEntry } from '../../src/services/inspect-installer/read-iso-entry.ts'
import { watchedBlob } from '../support/watched-blob.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-iso-'))
const tree = join(directory, 'tree')
const signal = () => AbortSignal.timeout(30_000)
const LONG = `${'a-long-name-'.repeat(18)}end`
/** Longer than one entry of Rock Ridge, so that writers cut it, some of them inside of a character. */
const UMLAUTS = `x${'ü'.repeat(125)}`
const DEEP = 'd1/d2/d3/d4/d5/d6/d7/d8/d9/d10/deep.txt'

/** A bzImage, an initramfs and a squashfs, as far as anybody looks without booting them. */
function kernel(): Uint8Array {
  const bytes = new Uint8Array(5000).fill(7)
  bytes.set(new TextEncoder().encode('HdrS'), 0x202)
  return bytes
}
const initrd = (): Uint8Array => new TextEncoder().encode(`070701${'i'.repeat(3000)}`)
function squashfs(usedBytes: number): Uint8Array {
  const bytes = new Uint8Array(9000).fill(9)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('hsqs'))
  view.setUint16(20, 6, true)
  view.setUint16(28, 4, true)
  view.setBigUint64(40, BigInt(usedBytes), true)
  return bytes
}

function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

beforeAll(() => {
  put(tree, 'boot/kernel-6.1', kernel())
  symlinkSync('kernel-6.1', join(tree, 'boot/kernel'))
  put(tree, 'boot/initrd', initrd())
  put(tree, 'rootfs.squashfs', squashfs(8000))
  put(
    tree,
    'boot/grub2/grub.cfg',
    'set x=nomodeset\nmenuentry a {\n linux /boot/kernel root=live:CDLABEL=COS_LIVE $x selinux=0\n}\n',
  )
  put(tree, 'files-iso/config.yaml', '#cloud-config\n')
  put(tree, LONG, 'long')
  put(tree, UMLAUTS, 'umlauts')
  symlinkSync(UMLAUTS, join(tree, 'link-to-umlauts'))
  put(tree, DEEP, 'deep')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function make(name: string, tool: string, args: readonly string[], root = tree): string {
  const iso = join(directory, `${name}.iso`)
  execFileSync(tool, [...args, '-V', 'COS_LIVE', '-o', iso, root], { stdio: 'pipe', timeout: 60_000 })
  return iso
}
const xorriso = (name: string, ...args: string[]) =>
  make(name, 'xorriso', ['-as', 'mkisofs', '-quiet', ...args])
const genisoimage = (name: string, ...args: string[]) =>
  make(name, 'genisoimage', ['-quiet', '-input-charset', 'utf-8', ...args])

async function contentOf(iso: string, path: string): Promise<string | undefined> {
  await using blob = await createDiskBlobs().open(iso)
  const entry = await (await openIsoDirectory(blob, signal())).find(path)
  if (entry?.kind !== 'file') return undefined
  return Buffer.from(await readIsoEntry(blob, entry, entry.sizeBytes, signal())).toString('latin1')
}

async function inspect(iso: string, paths?: { kernel: string; initrd: string; rootfs: string }) {
  await using blob = await createDiskBlobs().open(iso)
  return await inspectInstaller(blob, paths ? { paths } : {}, signal())
}

describe.each([
  ['xorriso with Rock Ridge and Joliet', 'rock-ridge', () => xorriso('rr', '-R', '-J', '-joliet-long')],
  ['genisoimage with Rock Ridge', 'rock-ridge', () => genisoimage('gr', '-R')],
  [
    'genisoimage with Rock Ridge, deep directories moved',
    'rock-ridge',
    () => genisoimage('grd', '-R', '-J', '-joliet-long'),
  ],
  [
    'genisoimage with a hidden boot catalogue',
    'rock-ridge',
    () =>
      genisoimage(
        'gh',
        '-R',
        '-b',
        'boot/initrd',
        '-no-emul-boot',
        '-c',
        'boot.catalog',
        '-hide',
        'boot.catalog',
      ),
  ],
])('an ISO by %s', (_, naming, build) => {
  test('gives every file back byte for byte, links, long names and deep directories included', async () => {
    const iso = build()
    await using blob = await createDiskBlobs().open(iso)
    const opened = await openIsoDirectory(blob, signal())

    expect(opened).toMatchObject({ naming, volumeLabel: 'COS_LIVE' })
    expect(await contentOf(iso, '/boot/kernel')).toBe(Buffer.from(kernel()).toString('latin1'))
    expect(await contentOf(iso, '/boot/initrd')).toBe(Buffer.from(initrd()).toString('latin1'))
    expect(await contentOf(iso, `/${LONG}`)).toBe('long')
    expect(await contentOf(iso, `/${UMLAUTS}`)).toBe('umlauts')
    expect(await contentOf(iso, '/link-to-umlauts')).toBe('umlauts')
    expect(await contentOf(iso, `/${DEEP}`)).toBe('deep')
    expect(await contentOf(iso, '/nothing')).toBeUndefined()
  })

  test('is recognised as an installer with its arguments and built-in files', async () => {
    expect(await inspect(build())).toMatchObject({
      family: 'kairos',
      architecture: 'x86_64',
      kernelArguments: ['nomodeset', 'selinux=0'],
      builtInFiles: [{ path: '/files-iso/config.yaml', sizeBytes: 14 }],
      warnings: [expect.stringContaining('--user-data')],
    })
  })
})

describe('without Rock Ridge', () => {
  test('Joliet names are used', async () => {
    const root = join(directory, 'joliet')
    put(root, 'Mixed Case.squashfs', 'x')
    const iso = make('joliet', 'genisoimage', ['-quiet', '-J'], root)

    expect(await contentOf(iso, '/Mixed Case.squashfs')).toBe('x')
  })

  test('plain names are found in any case, without version and dot', async () => {
    const root = join(directory, 'plain')
    put(root, 'boot/kernel', 'k')
    const iso = make('plain', 'genisoimage', ['-quiet', '-iso-level', '1'], root)

    expect(await contentOf(iso, '/boot/kernel')).toBe('k')
  })
})

test('an ISO by grub-mkrescue is read', async () => {
  const iso = join(directory, 'rescue.iso')
  const root = join(directory, 'rescue')
  put(root, 'rootfs.squashfs', squashfs(8000))
  execFileSync('grub-mkrescue', ['-o', iso, root], { stdio: 'pipe', timeout: 120_000 })

  expect(await contentOf(iso, '/rootfs.squashfs')).toBe(Buffer.from(squashfs(8000)).toString('latin1'))
})

describe('what is no installer we can use', () => {
  const build = (
    name: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    label = 'OTHER',
  ): string => {
    const root = join(directory, name)
    for (const [path, content] of Object.entries(files)) put(root, path, content)
    return execAndReturn(name, root, label)
  }
  const execAndReturn = (name: string, root: string, label: string): string => {
    const iso = join(directory, `${name}.iso`)
    execFileSync('genisoimage', ['-quiet', '-R', '-V', label, '-o', iso, root], { stdio: 'pipe' })
    return iso
  }
  const good = { 'boot/kernel': kernel(), 'boot/initrd': initrd(), 'rootfs.squashfs': squashfs(8000) }

  test('an unknown family is told which files to name, and accepted when they are', async () => {
    const iso = build('unknown', {
      'casper/vmlinuz': kernel(),
      'casper/initrd': initrd(),
      'casper/fs': squashfs(8000),
    })

    await expect(inspect(iso)).rejects.toMatchObject({
      code: 'installer.unknown-family',
      message: expect.stringContaining('--rootfs'),
    })
    const paths = { kernel: '/casper/vmlinuz', initrd: '/casper/initrd', rootfs: '/casper/fs' }
    expect(await inspect(iso, paths)).toMatchObject({ family: 'unknown' })
    await expect(inspect(iso, { ...paths, rootfs: '/x' })).rejects.toMatchObject({
      code: 'iso.path-not-found',
    })
  })

  test('a trusted-boot ISO is refused with what to do instead', async () => {
    const iso = build('uki', { 'EFI/kairos/norole.efi': 'MZ' }, 'UKI_ISO_INSTALL')

    await expect(inspect(iso)).rejects.toMatchObject({
      code: 'installer.uki',
      message: expect.stringContaining('virtual media'),
    })
  })

  test('what is built in is listed with a warning for each kind, user-data under any name', async () => {
    const iso = build('built-in', {
      ...good,
      'extra.yml': '#cloud-config\n',
      '.edge_custom_config.yaml': 'key',
      'opt/spectrocloud/content/bundle.zst_part00': 'z',
      'opt/spectrocloud/clusterconfig/spc.tgz': 'z',
    })

    const { builtInFiles, warnings } = await inspect(iso)

    expect(builtInFiles.map(({ path }) => path).toSorted()).toEqual([
      '/.edge_custom_config.yaml',
      '/extra.yml',
      '/opt/spectrocloud/clusterconfig/spc.tgz',
      '/opt/spectrocloud/content/bundle.zst_part00',
    ])
    expect(warnings).toEqual([
      expect.stringMatching(/^\/extra\.yml is built into .*--user-data/),
      expect.stringMatching(/bundle\.zst_part00, .*spc\.tgz .*do not travel/),
      expect.stringMatching(/^\/\.edge_custom_config\.yaml .*does not travel/),
    ])
  })

  test.each([
    ['kernel', { 'boot/kernel': 'no kernel' }, /no Linux kernel/],
    ['initrd', { 'boot/initrd': '' }, /empty/],
    ['squashfs', { 'rootfs.squashfs': squashfs(90_000) }, /bytes are missing/],
  ] as const)('a wrong %s is named', async (name, wrong, message) => {
    const iso = build(`wrong-${name}`, { ...good, ...wrong })

    await expect(inspect(iso)).rejects.toMatchObject({
      code: 'installer.invalid-artifact',
      message: expect.stringMatching(message),
    })
  })
})

describe('a damaged or hostile ISO', () => {
  let small: Uint8Array
  beforeAll(() => {
    small = new Uint8Array(readFileSync(xorriso('small', '-R', '-J', '-joliet-long')))
  })

  async function survives(bytes: Uint8Array): Promise<void> {
    const blob = watchedBlob(bytes)
    try {
      const { artifacts } = await inspectInstaller(blob, {}, signal())
      for (const { extents } of artifacts) {
        for (const { offsetBytes, lengthBytes } of extents)
          expect(offsetBytes + lengthBytes).toBeLessThanOrEqual(bytes.length)
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      expect(error.code).toMatch(/^(iso|installer)\./)
    }
    expect(blob.outside).toEqual([])
    expect(blob.reads).toBeLessThan(5000)
  }

  property.prop([fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 })], {
    numRuns: 500,
  })(
    'with bytes flipped where directories lie is read or refused, never outside of the file',
    async (flips) => {
      const bytes = Uint8Array.from(small)
      // Descriptors, path tables and directories of a small ISO lie in its first sectors behind the system area.
      for (const [at, value] of flips) bytes[32_768 + (at % Math.min(bytes.length - 32_768, 120_000))] = value

      await survives(bytes)
    },
  )

  property.prop([fc.nat()], { numRuns: 200 })('cut short anywhere is read or refused', async (at) => {
    await survives(small.subarray(0, at % small.length))
  })

  test('cut short says how many bytes are missing', async () => {
    const cut = small.subarray(0, 40 * 2048)

    await expect(inspectInstaller(watchedBlob(cut), {}, signal())).rejects.toMatchObject({
      code: 'iso.malformed',
      message: expect.stringMatching(/bytes are missing|ends at byte/),
    })
  })

  test('that is something else altogether is refused', async () => {
    await expect(inspectInstaller(watchedBlob(new Uint8Array(100_000)), {}, signal())).rejects.toMatchObject({
      code: 'iso.malformed',
    })
  })
})

test.runIf(process.env['EDGEBOOT_TEST_ISO'])('the real installer ISO given is recognised', async () => {
  const found = await inspect(process.env['EDGEBOOT_TEST_ISO'] ?? '')

  expect(found.family).toBe('kairos')
  expect(createHash('sha256').update(JSON.stringify(found)).digest('hex')).toHaveLength(64)
})
