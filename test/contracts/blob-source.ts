import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { BlobSource } from '../../src/ports/blob-source.ts'
import { identityKey } from '../../src/ports/blob-source.ts'
import { descriptorOf } from '../../src/ports/descriptor.ts'

/** A source with somewhere to put files for it. */
export interface BlobSourceSubject extends AsyncDisposable {
  readonly source: BlobSource
  /** Makes a file, or writes over it in place, and says its path. */
  put(name: string, bytes: Uint8Array): Promise<string>
  /** Puts a new file in the place of the old one, as `mv` does. */
  replace(name: string, bytes: Uint8Array): Promise<void>
  truncate(name: string, sizeBytes: number): Promise<void>
  remove(name: string): Promise<void>
  /** A path under which there is nothing. */
  readonly missingPath: string
}

const MIB = 1024 * 1024

/** Bytes that differ everywhere, also between places that are a multiple of 256 apart. */
export function patterned(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  let state = seed
  for (let at = 0; at < sizeBytes; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

/** What every source of blobs keeps to. */
export function describeBlobSource(name: string, openSubject: () => Promise<BlobSourceSubject>): void {
  describe(`${name} is a blob source`, () => {
    test('any range reads as the slice of the file, also across chunks and up to the very end', async () => {
      await using subject = await openSubject()
      const content = patterned(3 * MIB + 123)
      await using blob = await subject.source.open(await subject.put('a.iso', content))

      for (const [offset, length] of [
        [0, 1],
        [0, MIB],
        [1, MIB],
        [MIB - 1, 2],
        [5, 3 * MIB],
        [2 * MIB, MIB + 123],
        [content.length - 1, 1],
        [content.length, 0],
        [0, content.length],
      ] as const) {
        const bytes = await blob.read(offset, length)
        expect(Buffer.compare(bytes, content.subarray(offset, offset + length))).toBe(0)
      }
    })

    test('a range outside the file is refused', async () => {
      await using subject = await openSubject()
      await using blob = await subject.source.open(await subject.put('a.iso', patterned(10)))

      for (const [offset, length] of [
        [0, 11],
        [11, 0],
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [Number.NaN, 1],
        [2 ** 60, 1],
      ] as const) {
        await expect(blob.read(offset, length)).rejects.toMatchObject({ code: 'usage.invalid' })
      }
    })

    test('the identity is the same for the same file and another one for other bytes', async () => {
      await using subject = await openSubject()
      const path = await subject.put('a.iso', patterned(10))
      await using first = await subject.source.open(path)
      await using second = await subject.source.open(path)
      await subject.replace('a.iso', patterned(10, 7))
      await using third = await subject.source.open(path)

      expect(identityKey(second.identity)).toBe(identityKey(first.identity))
      expect(identityKey(third.identity)).not.toBe(identityKey(first.identity))
      expect(first.identity.sizeBytes).toBe(10)
    })

    test('a path with nothing under it is told so', async () => {
      await using subject = await openSubject()

      await expect(subject.source.open(subject.missingPath)).rejects.toMatchObject({ code: 'blob.not-found' })
    })

    for (const [what, change] of [
      ['written over', (subject) => subject.put('a.iso', patterned(2 * MIB, 9))],
      ['truncated', (subject) => subject.truncate('a.iso', MIB)],
      ['appended to', (subject) => subject.put('a.iso', patterned(2 * MIB + 1))],
      ['replaced', (subject) => subject.replace('a.iso', patterned(2 * MIB, 9))],
      ['removed', (subject) => subject.remove('a.iso')],
    ] satisfies [string, (subject: BlobSourceSubject) => Promise<unknown>][]) {
      test(`a file that is ${what} is noticed, and no byte of the new one is handed out`, async () => {
        await using subject = await openSubject()
        await using blob = await subject.source.open(await subject.put('a.iso', patterned(2 * MIB)))
        await blob.read(0, MIB)

        await change(subject)

        await expect(blob.verify()).rejects.toMatchObject({ code: 'blob.changed' })
        await expect(blob.read(MIB, MIB)).rejects.toMatchObject({ code: 'blob.changed' })
      })
    }

    test('a reader who gives up is let go with the reason', async () => {
      await using subject = await openSubject()
      await using blob = await subject.source.open(await subject.put('a.iso', patterned(MIB)))
      const controller = new AbortController()
      const reason = new Error('the client left')

      const reading = blob.read(0, MIB, controller.signal)
      controller.abort(reason)

      await expect(reading).rejects.toBe(reason)
      await expect(blob.read(0, 1, controller.signal)).rejects.toBe(reason)
    })

    test('after closing nothing can be read, and closing again does no harm', async () => {
      await using subject = await openSubject()
      const blob = await subject.source.open(await subject.put('a.iso', patterned(MIB)))
      const reading = blob.read(0, MIB)

      await blob[Symbol.asyncDispose]()
      await blob[Symbol.asyncDispose]()

      expect((await reading).length).toBe(MIB)
      await expect(blob.read(0, 1)).rejects.toMatchObject({ code: 'blob.unreadable' })
    })

    test('where bytes can be had directly, they are the same, into memory and into a connection', async ({
      skip,
    }) => {
      await using subject = await openSubject()
      const content = patterned(3 * MIB + 123)
      await using blob = await subject.source.open(await subject.put('a.iso', content))
      const { direct } = blob
      if (!direct) return skip('not on this system')
      const { signal } = new AbortController()
      const [from, to] = [MIB - 5, content.length - 7]

      await direct.prepare(from, to - from, signal)
      const copied = new Uint8Array(to - from)
      direct.copy(copied, from)
      const handed = await throughConnection((descriptor, at) =>
        direct.handOver(descriptor, from + at, to - from - at),
      )

      expect(Buffer.compare(copied, content.subarray(from, to))).toBe(0)
      expect(Buffer.compare(handed, content.subarray(from, to))).toBe(0)
    })

    test('a file that became shorter has no bytes to be had directly either, and neither has a closed one', async ({
      skip,
    }) => {
      await using subject = await openSubject()
      const blob = await subject.source.open(await subject.put('a.iso', patterned(2 * MIB)))
      const { direct } = blob
      if (!direct) return skip('not on this system')
      const { signal } = new AbortController()
      const copy = () => direct.copy(new Uint8Array(10), MIB)
      const handOver = () =>
        throughConnection((descriptor, at) =>
          at === 10 ? 0 : direct.handOver(descriptor, MIB + at, 10 - at),
        )

      await subject.truncate('a.iso', MIB)
      await expect(direct.prepare(MIB, 10, signal)).rejects.toMatchObject({ code: 'blob.changed' })
      expect(copy).toThrow(expect.objectContaining({ code: 'blob.changed' }))
      await expect(handOver()).rejects.toMatchObject({ code: 'blob.changed' })
      expect(direct.isReady(MIB, 10)).toBe(false)

      await blob[Symbol.asyncDispose]()
      for (const use of [copy, () => direct.isReady(0, 10)])
        expect(use).toThrow(expect.objectContaining({ code: 'blob.unreadable' }))
      await expect(handOver()).rejects.toMatchObject({ code: 'blob.unreadable' })
      await expect(direct.prepare(0, 10, signal)).rejects.toMatchObject({ code: 'blob.unreadable' })
    })
  })
}

/**
 * What comes out of a connection into which `hand` puts bytes, given its descriptor and how many went before, until it
 * puts none although there is room.
 */
async function throughConnection(
  hand: (descriptor: number, at: number) => number | undefined,
): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [writer] = (await once(server, 'connection')) as [Socket]
  const received: Buffer[] = []
  let [arrived, sent] = [0, 0]
  reader.on('data', (bytes: Buffer) => {
    received.push(bytes)
    arrived += bytes.length
  })
  try {
    for (;;) {
      const taken = hand(descriptorOf(writer) ?? -1, sent) ?? 0
      sent += taken
      if (taken === 0 && arrived === sent) return Buffer.concat(received)
      if (taken === 0) await once(reader, 'data')
    }
  } finally {
    reader.destroy()
    writer.destroy()
    server.close()
  }
}
