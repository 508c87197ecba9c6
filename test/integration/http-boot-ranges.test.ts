import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createDigester } from '../../src/adapters/blobs-disk/digester.ts'
import { AN_ENTITY_TAG } from '../support/fake-boot-desk.ts'
import { openServedFile } from '../support/served-file.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024

/** curl in a process of its own; the body as bytes. */
async function curl(...options: string[]): Promise<Buffer> {
  const { stdout } = await run('curl', ['-sS', '--max-time', '60', ...options], {
    encoding: 'buffer',
    maxBuffer: 64 * MIB,
  })
  return stdout
}

describe('curl', () => {
  const content = randomBytes(3 * MIB + 77)

  test('gets the whole file, its headers alone, and any part of it', async () => {
    await using file = await openServedFile(content)
    const url = `${file.base}${file.target}`

    expect((await curl(url)).equals(content)).toBe(true)
    expect(String(await curl('-I', url))).toMatch(/content-length: 3145805\r\n/)
    expect((await curl('-r', '100-199', url)).equals(content.subarray(100, 200))).toBe(true)
    expect((await curl('-r', '-5', url)).equals(content.subarray(-5))).toBe(true)
    expect((await curl('-r', '3000000-', url)).equals(content.subarray(3000000))).toBe(true)
  })

  test('gets several parts at once, each framed with where it belongs', async () => {
    await using file = await openServedFile(content)

    const body = await curl('-r', '0-1,5-9', '-D', join(file.folder, 'headers'), `${file.base}${file.target}`)

    const headers = await readFile(join(file.folder, 'headers'), 'utf8')
    const boundary = /boundary=([0-9a-f]+)/.exec(headers)?.[1] ?? ''
    expect(headers).toContain('206 Partial Content')
    expect(partsOf(body, boundary)).toEqual([
      { first: 0, bytes: content.subarray(0, 2) },
      { first: 5, bytes: content.subarray(5, 10) },
    ])
  })

  test('goes on where a download was cut off', async () => {
    await using file = await openServedFile(content)
    const target = join(file.folder, 'download')
    await writeFile(target, content.subarray(0, 1_234_567))

    await curl('-C', '-', '-o', target, `${file.base}${file.target}`)

    expect((await readFile(target)).equals(content)).toBe(true)
    const [transfer] = await file.desk.whenEnded(1)
    expect(transfer?.ends).toEqual([{ kind: 'finished', bytes: content.length - 1_234_567 }])
  })

  test('starts again from the beginning when the file it has a part of is not this one', async () => {
    await using file = await openServedFile(content)
    const url = `${file.base}${file.target}`

    const same = await curl('-r', '0-4', '-H', `If-Range: "${AN_ENTITY_TAG}"`, url)
    const other = await curl('-r', '0-4', '-H', 'If-Range: "another"', url)

    expect(same).toHaveLength(5)
    expect(other).toHaveLength(content.length)
  })

  test('sees the digest in the answers that follow the end of its computation', async () => {
    const extents = [
      { offsetBytes: 2 * MIB, lengthBytes: MIB },
      { offsetBytes: 7, lengthBytes: 1000 },
    ]
    await using file = await openServedFile(content, { extents })
    await using digester = createDigester()
    const url = `${file.base}${file.target}`
    const whole = Buffer.concat([content.subarray(2 * MIB, 3 * MIB), content.subarray(7, 1007)])
    const digest = createHash('sha256').update(whole)

    expect(String(await curl('-I', url))).not.toContain('repr-digest')
    file.desk.sha256 = await digester.sha256(file.blob.identity, extents, AbortSignal.timeout(60_000))

    expect(String(await curl('-I', url))).toContain(`repr-digest: sha-256=:${digest.digest('base64')}:\r\n`)
    const immutable = `${file.base}/artifacts/sha256-${file.desk.sha256}/palette.squashfs`
    expect((await curl(immutable)).equals(whole)).toBe(true)
  })
})

describe('Range headers of all sorts', () => {
  const size = 5000
  const content = randomBytes(MIB + size)
  // Three extents out of order, the middle one across a border of the chunks that are read.
  const extents = [
    { offsetBytes: 4000, lengthBytes: 1000 },
    { offsetBytes: MIB - 1500, lengthBytes: 3000 },
    { offsetBytes: 10, lengthBytes: 1000 },
  ]
  const file = Buffer.concat(
    extents.map(({ offsetBytes, lengthBytes }) => content.subarray(offsetBytes, offsetBytes + lengthBytes)),
  )
  const position = fc.oneof(fc.nat({ max: size + 200 }), fc.constantFrom(0, 1, 999, 1000, 3999, 4999, 5000))
  const spec = fc.oneof(
    { arbitrary: fc.tuple(position, position).map(([a, b]) => `${a}-${b}`), weight: 5 },
    { arbitrary: fc.tuple(position, fc.nat({ max: 50 })).map(([a, n]) => `${a}-${a + n}`), weight: 5 },
    { arbitrary: position.map((first) => `${first}-`), weight: 2 },
    { arbitrary: position.map((length) => `-${length}`), weight: 2 },
    {
      arbitrary: fc.constantFrom('', ' ', '-', 'a-b', '1-2-3', '0x1-', '1', '99999999999999999999-'),
      weight: 1,
    },
  )
  const header = fc
    .tuple(
      fc.constantFrom('bytes=', 'bytes=', 'bytes=', 'Bytes=', 'items=', 'bytes '),
      fc.array(spec, { maxLength: 6 }),
    )
    .map(([unit, specs]) => `${unit}${specs.join(',')}`)

  test('always bring exactly the bytes that stand there in the file', async () => {
    await using served = await openServedFile(content, { extents })
    using agent = disposableAgent()
    const seen = new Set<number>()

    await fc.assert(
      fc.asyncProperty(header, async (range) => {
        const { status, headers, body } = await fetchRange(agent, `${served.base}${served.target}`, range)
        seen.add(status)
        const wanted = wantedBytes(range, size)
        expect(headers['content-length']).toBe(String(body.length))
        if (wanted === 'all') {
          expect(status).toBe(200)
          expect(body.equals(file)).toBe(true)
        } else if (wanted.size === 0) {
          expect([status, headers['content-range'], body.length]).toEqual([416, `bytes */${size}`, 0])
        } else {
          expect(status).toBe(206)
          const got = new Set<number>()
          for (const { first, bytes } of receivedParts(headers, body)) {
            expect(bytes.equals(file.subarray(first, first + bytes.length))).toBe(true)
            for (let at = 0; at < bytes.length; at++) got.add(first + at)
          }
          expect(got).toEqual(wanted)
        }
      }),
      { numRuns: 600 },
    )

    expect(seen).toEqual(new Set([200, 206, 416]))
    const transfers = await served.desk.whenEnded(served.desk.transfers.length)
    expect(transfers.every(({ ends }) => ends.length === 1 && ends[0]?.kind === 'finished')).toBe(true)
    expect(served.readsUnderWay()).toBe(0)
  })
})

/** The standard read a second time, in another way than the server does: position by position. */
function wantedBytes(range: string, size: number): Set<number> | 'all' {
  if (!range.toLowerCase().startsWith('bytes=')) return 'all'
  const specs = range
    .slice(6)
    .split(',')
    .map((spec) => spec.trim())
    .filter(Boolean)
  if (specs.length === 0) return 'all'
  const wanted = new Set<number>()
  for (const spec of specs) {
    const [first, last, ...more] = spec.split('-')
    if (first === undefined || last === undefined || more.length > 0) return 'all'
    if (!/^\d*$/.test(first) || !/^\d*$/.test(last) || first + last === '') return 'all'
    if (first !== '' && last !== '' && BigInt(last) < BigInt(first)) return 'all'
    for (let at = 0; at < size; at++) {
      const isIn =
        first === '' ? at >= size - Number(last) : at >= Number(first) && (last === '' || at <= Number(last))
      if (isIn) wanted.add(at)
    }
  }
  return wanted
}

interface Part {
  readonly first: number
  readonly bytes: Buffer
}

function receivedParts(headers: IncomingHttpHeaders, body: Buffer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=(.*)$/.exec(headers['content-type'] ?? '')?.[1]
  if (boundary !== undefined) return partsOf(body, boundary)
  return [{ first: Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]), bytes: body }]
}

/** RFC 2046 §5.1.1, by the lengths that Content-Range gives. */
function partsOf(body: Buffer, boundary: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (;;) {
    const delimiter = `${parts.length === 0 ? '' : '\r\n'}--${boundary}`
    expect(body.toString('latin1', at, at + delimiter.length)).toBe(delimiter)
    at += delimiter.length
    if (body.toString('latin1', at) === '--\r\n') return parts
    const end = body.indexOf('\r\n\r\n', at)
    const [, first, last] =
      /Content-Range: bytes (\d+)-(\d+)\/\d+$/.exec(body.toString('latin1', at, end)) ?? []
    const length = Number(last) - Number(first) + 1
    parts.push({ first: Number(first), bytes: body.subarray(end + 4, end + 4 + length) })
    at = end + 4 + length
  }
}

function disposableAgent(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}

function fetchRange(
  agent: Agent,
  url: string,
  range: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { range }, timeout: 20_000 }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      )
    })
    request.on('error', reject)
  })
}
