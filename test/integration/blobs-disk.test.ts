import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDigester } from '../../src/adapters/blobs-disk/digester.ts'
import { createDiskBlobs } from '../../src/adapters/blobs-disk/disk-blobs.ts'
import { type BlobSourceSubject, describeBlobSource, patterned } from '../contracts/blob-source.ts'

const MIB = 1024 * 1024
const OLD = new Date('2026-01-01T00:00:00Z')

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeboot-blobs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Files get an old date, so that writing to one always changes its date however coarse the clock. */
async function putOld(path: string, bytes: Uint8Array, date = OLD): Promise<string> {
  await writeFile(path, bytes)
  await utimes(path, date, date)
  return path
}

async function openSubject(): Promise<BlobSourceSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeboot-blobs-'))
  const made = new Set<string>()
  return {
    source: createDiskBlobs({ recheckMs: 0, isDirect: true }),
    missingPath: join(folder, 'missing.iso'),
    async put(name, bytes) {
      const path = join(folder, name)
      if (made.has(name)) await writeFile(path, bytes)
      else await putOld(path, bytes)
      made.add(name)
      return path
    },
    async replace(name, bytes) {
      await putOld(join(folder, 'new'), bytes)
      await rename(join(folder, 'new'), join(folder, name))
    },
    truncate: (name, sizeBytes) => truncate(join(folder, name), sizeBytes),
    remove: (name) => rm(join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

describeBlobSource('the local disk', openSubject)

describe('files on the local disk', () => {
  test.each([
    ['a folder', 'mkdir'],
    ['a named pipe', 'mkfifo'],
  ])('%s is refused at once, not waited for', async (_, make) => {
    const path = join(await temporaryFolder(), 'thing')
    execFileSync(make, [path])

    await expect(createDiskBlobs().open(path)).rejects.toMatchObject({
      code: 'blob.unreadable',
      message: expect.stringContaining('not a regular file'),
    })
  })

  test.skipIf(process.getuid?.() === 0)('a file without permission is told apart from none', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(1))
    await chmod(path, 0)

    await expect(createDiskBlobs().open(path)).rejects.toMatchObject({ code: 'blob.unreadable' })
  })

  test('a file moved away and back is the same file again', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(MIB))
    await using blob = await createDiskBlobs({ recheckMs: 0 }).open(path)

    await rename(path, `${path}.away`)
    await expect(blob.verify()).rejects.toMatchObject({ code: 'blob.changed' })
    await rename(`${path}.away`, path)

    await blob.verify()
    expect((await blob.read(0, 5)).length).toBe(5)
  })

  test('a file once seen written to stays lost, even with its old date put back', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(MIB))
    await using blob = await createDiskBlobs({ recheckMs: 0 }).open(path)

    await writeFile(path, patterned(MIB, 5))
    await expect(blob.verify()).rejects.toMatchObject({ code: 'blob.changed' })
    await utimes(path, OLD, OLD)

    await expect(blob.read(0, 5)).rejects.toMatchObject({ code: 'blob.changed' })
  })

  test('chunks of a replaced file are not handed to readers of the new one', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(MIB))
    const blobs = createDiskBlobs()
    await using before = await blobs.open(path)
    await before.read(0, MIB)

    const content = patterned(MIB, 5)
    await putOld(`${path}.new`, content)
    await rename(`${path}.new`, path)
    await using after = await blobs.open(path)

    expect(Buffer.compare(await after.read(0, MIB), content)).toBe(0)
  })

  test('many readers of one chunk share one array, and small pieces are copies of their own', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(MIB))
    const blobs = createDiskBlobs()
    await using one = await blobs.open(path)
    await using other = await blobs.open(path)

    const [a, b, small] = await Promise.all([one.read(0, MIB), other.read(0, MIB), one.read(0, 10)])

    expect(a.buffer).toBe(b.buffer)
    expect(small.buffer.byteLength).toBeLessThan(MIB)
  })

  propertyTest.prop([
    fc.array(fc.tuple(fc.nat({ max: 3 * MIB }), fc.nat({ max: 2 * MIB })), { minLength: 1, maxLength: 12 }),
  ])('with a cache of one chunk, readers at once still each get their slice', async (ranges) => {
    const content = patterned(3 * MIB + 5)
    const folder = await mkdtemp(join(tmpdir(), 'edgeboot-blobs-'))
    try {
      const blobs = createDiskBlobs({ cacheBytes: MIB, parallelReads: 2 })
      await using blob = await blobs.open(await putOld(join(folder, 'a.iso'), content))

      const slices = await Promise.all(
        ranges.map(async ([offset, length]) => {
          const end = Math.min(offset + length, content.length)
          const wanted = content.subarray(offset, end)
          return Buffer.compare(await blob.read(offset, end - offset), wanted)
        }),
      )

      expect(slices).toEqual(ranges.map(() => 0))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the digester', () => {
  test('joins the extents in their order', async () => {
    const content = patterned(3 * MIB)
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), content)
    await using blob = await createDiskBlobs().open(path)
    await using digester = createDigester()

    const extents = [
      { offsetBytes: 2 * MIB, lengthBytes: MIB },
      { offsetBytes: 5, lengthBytes: MIB + 7 },
    ]
    const digests = await Promise.all([
      digester.sha256(blob.identity, extents, AbortSignal.timeout(60_000)),
      digester.sha256(blob.identity, [], AbortSignal.timeout(60_000)),
    ])

    const whole = createHash('sha256')
      .update(content.subarray(2 * MIB))
      .update(content.subarray(5, MIB + 12))
    expect(digests).toEqual([whole.digest('hex'), createHash('sha256').digest('hex')])
  })

  test('refuses a file that is not the identified one, and goes on with the next', async () => {
    const folder = await temporaryFolder()
    const path = await putOld(join(folder, 'a.iso'), patterned(10))
    await using blob = await createDiskBlobs().open(path)
    await using digester = createDigester()
    const digest = (extents = [{ offsetBytes: 0, lengthBytes: 10 }]) =>
      digester.sha256(blob.identity, extents, AbortSignal.timeout(60_000))

    await expect(digest([{ offsetBytes: 5, lengthBytes: 10 }])).rejects.toMatchObject({
      code: 'blob.changed',
    })
    await rename(path, `${path}.away`)
    await expect(digest()).rejects.toMatchObject({ code: 'blob.not-found' })
    await putOld(path, patterned(10, 5))
    await expect(digest()).rejects.toMatchObject({ code: 'blob.changed' })
    await rename(`${path}.away`, path)
    await expect(digest()).resolves.toMatch(/^[0-9a-f]{64}$/)
  })

  test('lets go at once of a job nobody wants, the first in line or a later one', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(10))
    // A sparse file: hours of zeroes without the space.
    await truncate(path, 2 ** 42)
    await using blob = await createDiskBlobs().open(path)
    await using digester = createDigester()
    const all = [{ offsetBytes: 0, lengthBytes: 2 ** 42 }]
    const first = new AbortController()
    const second = new AbortController()

    const running = digester.sha256(blob.identity, all, first.signal)
    const queued = digester.sha256(blob.identity, all, second.signal)
    const wanted = digester.sha256(
      blob.identity,
      [{ offsetBytes: 0, lengthBytes: 1 }],
      AbortSignal.timeout(60_000),
    )
    second.abort(new Error('queued one not wanted'))
    first.abort(new Error('running one not wanted'))

    await expect(queued).rejects.toThrow('queued one not wanted')
    await expect(running).rejects.toThrow('running one not wanted')
    await expect(wanted).resolves.toMatch(/^[0-9a-f]{64}$/)
  })

  test('closing ends what is under way', async () => {
    const path = await putOld(join(await temporaryFolder(), 'a.iso'), patterned(10))
    await truncate(path, 2 ** 42)
    await using blob = await createDiskBlobs().open(path)
    const digester = createDigester()
    const all = [{ offsetBytes: 0, lengthBytes: 2 ** 42 }]

    const running = digester.sha256(blob.identity, all, new AbortController().signal)
    const refused = expect(running).rejects.toMatchObject({ code: 'interrupted' })
    await digester[Symbol.asyncDispose]()

    await refused
    await expect(digester.sha256(blob.identity, all, new AbortController().signal)).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})
