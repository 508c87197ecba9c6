import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createBootFetcher } from './boot-fetcher.ts'

const BODY = Buffer.alloc(3_000_000, 'edge')
const { signal } = new AbortController()
const fetcher = createBootFetcher()

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/root?of=1`
}

/** What was asked, and where to ask it. */
async function serve(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim())
    answer(request, response)
  })
  return { asked, url: await listen(server) }
}

/** A server that says exactly these bytes and then hangs up. */
function saying(text: string): Promise<string> {
  return listen(createTcpServer((socket) => socket.on('error', () => undefined).end(text)))
}

describe('a download of which nothing is kept', () => {
  test('is counted to its end', async () => {
    const { asked, url } = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': BODY.length }).end(BODY),
    )

    const fetched = await fetcher.get(url, {}, signal)

    expect(fetched).toMatchObject({ status: 200, bytes: BODY.length, text: '' })
    expect(fetched.firstByteMs).toBeLessThanOrEqual(fetched.durationMs)
    expect(asked).toEqual(['GET /root?of=1'])
  })

  test('begins where it is told to', async () => {
    const { asked, url } = await serve((_request, response) =>
      response.writeHead(206, { 'content-length': 10 }).end(BODY.subarray(0, 10)),
    )

    expect(await fetcher.get(url, { from: 2_999_990 }, signal)).toMatchObject({ status: 206, bytes: 10 })
    expect(asked).toEqual(['GET /root?of=1 bytes=2999990-'])
  })

  test('breaks off after so many bytes, and the server sees it', async () => {
    const closed = Promise.withResolvers<boolean>()
    const { url } = await serve((_request, response) => {
      response.on('close', () => closed.resolve(response.writableFinished))
      response.writeHead(200, { 'content-length': 2 * BODY.length }).write(BODY)
    })

    const { bytes } = await fetcher.get(url, { breakAfterBytes: 1_000_000 }, signal)

    expect(bytes).toBeGreaterThanOrEqual(1_000_000)
    expect(bytes).toBeLessThanOrEqual(BODY.length)
    expect(await closed.promise).toBe(false)
  })

  test('may be empty, an error, or in chunks, which are not counted', async () => {
    const { asked, url } = await serve((_request, response) => {
      if (asked.length === 1) response.writeHead(503, { 'content-length': 0, 'retry-after': '7' }).end()
      else response.writeHead(200).write(BODY, () => response.end())
    })

    const refused = await fetcher.get(url, {}, signal)
    const chunked = await fetcher.get(url, {}, signal)

    expect(refused).toMatchObject({ status: 503, bytes: 0, retryAfterSeconds: 7 })
    expect(chunked).toMatchObject({ status: 200, bytes: BODY.length })
  })

  test('without a length ends with the connection', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\n\r\n12345')

    expect(await fetcher.get(url, {}, signal)).toMatchObject({ status: 200, bytes: 5 })
  })

  test.each([
    ['that is cut short', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345', /ended after 5 bytes/],
    ['that never begins', '', /ended after 0 bytes/],
    ['that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /not HTTP/],
    ['with headers without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`, /headers without an end/],
    [
      'longer than any file',
      `HTTP/1.1 200 OK\r\ncontent-length: ${64 * 1024 ** 3 + 1}\r\n\r\n1`,
      /longer than any file/,
    ],
  ])('an answer %s is an error', async (_what, text, message) => {
    await expect(fetcher.get(await saying(text), {}, signal)).rejects.toThrow(message)
  })

  test('ends when it is no longer wanted', async () => {
    const stopper = new AbortController()
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('1', () => stopper.abort())
    })

    await expect(fetcher.get(url, {}, stopper.signal)).rejects.toThrow(/abort/)
  })
})

test('texts are kept, up to 64 KiB of them', async () => {
  const { url } = await serve((_request, response) => response.end(BODY))

  const { bytes, text } = await fetcher.get(url, { keepText: true }, signal)

  expect(bytes).toBe(BODY.length)
  expect(text).toBe(BODY.toString('utf8', 0, 64 * 1024))
})

test('takes no more in a second than it was told to', async () => {
  const bytesPerSecond = 10_000_000
  const { url } = await serve((_request, response) =>
    response.writeHead(200, { 'content-length': 1_000_000 }).end(BODY.subarray(0, 1_000_000)),
  )

  const { bytes, durationMs } = await fetcher.get(url, { bytesPerSecond }, signal)

  expect(bytes).toBe(1_000_000)
  // Pauses of a few milliseconds are left out, and a timer may come a millisecond early.
  expect(durationMs).toBeGreaterThan((1_000_000 / bytesPerSecond) * 1000 - 10)
})
