import { describe, expect, test } from 'vitest'
import {
  continuation,
  dot,
  imageOf,
  posixName,
  ROOT_BLOCK,
  record,
  SP,
  withSystemUse,
} from '../../../test/support/hand-made-iso.ts'
import { watchedBlob } from '../../../test/support/watched-blob.ts'
import { openIsoDirectory } from './iso-directory.ts'

const signal = () => AbortSignal.timeout(30_000)

test('a file of more than 4 GiB is joined from its extents', async () => {
  const most = 0xffff_f800
  const image = imageOf(
    [
      dot,
      record(Uint8Array.of(1), ROOT_BLOCK, 2048, 2),
      record('BIG.;1', 30, most, 0x80),
      record('BIG.;1', 30 + most / 2048, 5000, 0),
      record('NEXT.;1', 40, 7, 0),
    ],
    { blocks: 22 },
  )
  const small = watchedBlob(image)
  const huge = { ...small, identity: { ...small.identity, sizeBytes: 5_000_000_000 } }

  const iso = await openIsoDirectory(huge, signal())

  expect(await iso.find('/big')).toMatchObject({
    sizeBytes: most + 5000,
    extents: [
      { offsetBytes: 30 * 2048, lengthBytes: most },
      { offsetBytes: 30 * 2048 + most, lengthBytes: 5000 },
    ],
  })
  expect((await iso.find('/next'))?.sizeBytes).toBe(7)
})

test('a directory of very many files is read once, however many look into it at the same time', async () => {
  const records = Array.from({ length: 60_000 }, (_, index) => record(`F${index}.;1`, 21, 1, 0))
  const blob = watchedBlob(imageOf([dot, ...records], { blocks: 1500 }))
  const iso = await openIsoDirectory(blob, signal())
  const before = blob.reads

  const found = await Promise.all(['/f0', '/f59999', '/nothing'].map((path) => iso.find(path)))

  expect(found.map((entry) => entry?.path)).toEqual(['/F0', '/F59999', undefined])
  expect(blob.reads - before).toBe(1)
})

describe('an ISO made to do harm', () => {
  const link = Uint8Array.of(0x53, 0x4c, 8, 1, 0, 0, 1, 0x61)
  const rockRidge = withSystemUse(dot, SP)

  test.each([
    [
      'a directory that contains itself',
      [record('BOOT', ROOT_BLOCK, 2048, 2)],
      '/boot/boot/kernel',
      /itself/,
    ],
    ['a name with a path in it', [record('../../ETC/X', 21, 1, 0)], '/x', /impossible name.*in \/ at byte/],
    [
      'a POSIX name that leads upwards',
      [rockRidge, withSystemUse(record('A', 21, 1, 0), posixName('..'))],
      '/x',
      /impossible name ".."/,
    ],
    ['a name with control characters', [record('\u001b[2J', 21, 1, 0)], '/x', /impossible name "\\u001b/],
    ['a file outside of the image', [record('A', 4_000_000, 1, 0)], '/a', /ISO ends before \/A.*missing/],
    ['a file longer than the image', [record('A', 21, 0xffff_ffff, 0)], '/a', /ISO ends before \/A.*missing/],
    ['a directory of absurd length', [record('A', 21, 9_000_000, 2)], '/a/b', /directory \/A.*9000000 bytes/],
    ['a file without its last extent', [record('A', 21, 1, 0x80)], '/a', /last extent is missing/],
    [
      'a link to itself',
      [rockRidge, withSystemUse(record('A', 21, 0, 0), posixName('a'), link)],
      '/a',
      /circles/,
    ],
    [
      'a record longer than its sector',
      [dot, new Uint8Array(100).fill(255)],
      '/a',
      /directory record of 255 bytes/,
    ],
  ] as const)('with %s is refused, naming what and where', async (_, records, path, message) => {
    const image = imageOf(records, { blocks: 6000 })
    const blob = watchedBlob(image)

    const found = openIsoDirectory(blob, signal()).then((iso) => iso.find(path))

    await expect(found).rejects.toMatchObject({
      code: 'iso.malformed',
      message: expect.stringMatching(message),
    })
    expect(blob.outside).toEqual([])
  })

  test('with more to read about its names than there is in any ISO is given up soon', async () => {
    const area = 500
    const records = Array.from({ length: 2000 }, (_, index) =>
      withSystemUse(record(`F${index}`.padEnd(8, 'X'), 30, 1, 0), continuation(area, 65_536)),
    )
    const image = imageOf([rockRidge, ...records], { blocks: area + 32 })
    image.set(continuation(area, 65_536), area * 2048)
    const blob = watchedBlob(image)

    const found = openIsoDirectory(blob, signal()).then((iso) => iso.find('/x'))

    await expect(found).rejects.toMatchObject({ message: expect.stringMatching(/without end at byte \d+/) })
    expect(blob.reads).toBeLessThan(2000)
  })
})
