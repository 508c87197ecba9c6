import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runPlan } from './load-connections.ts'

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))

/** A server on loopback until the test is over. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
}

/** Answers the range that was asked for, or the whole. */
const answerRanges: RequestListener = ({ headers }, response) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  const part = range ? CONTENT.subarray(Number(range[1]), Number(range[2]) + 1) : CONTENT
  response.writeHead(range ? 206 : 200, { 'content-length': part.length })
  response.end(part)
}

describe('a load client', () => {
  test('counts and digests exactly what it asked for, on each connection so often', async () => {
    const url = await serving(answerRanges)
    const downloads = [
      { url, bytes: CONTENT.length },
      { url, from: 500, bytes: 70_000 },
      { url, from: 99_999, bytes: 1 },
    ]

    const report = await runPlan({ downloads, times: 2, digests: true })

    expect(report.bytes).toBe(2 * (100_000 + 70_000 + 1))
    expect(report.durationsMs).toHaveLength(3)
    expect(report.sha256).toEqual(
      [CONTENT, CONTENT.subarray(500, 70_500), CONTENT.subarray(99_999)].map((part) =>
        createHash('sha256').update(part).digest('hex'),
      ),
    )
  })

  test('breaks off when its time is over, in the middle of a download', async () => {
    const url = await serving((_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 10))
    })

    const report = await runPlan({ downloads: [{ url, bytes: CONTENT.length }], forMs: 50 })

    expect(report.bytes).toBeLessThanOrEqual(10)
  })

  test.each<[string, RequestListener, RegExp]>([
    ['another status', (_, response) => response.writeHead(503).end('no'), /expected status 206, got .* 503/],
    [
      'another length',
      (_, response) => response.writeHead(206, { 'content-length': 3 }).end('abc'),
      /expected 5 bytes, 3 announced/,
    ],
    [
      'an end too early',
      (_, response) => {
        response.writeHead(206, { 'content-length': 5 }).write('abc')
        setImmediate(() => response.destroy())
      },
      /the connection ended after 3 of 5 bytes|ECONNRESET/,
    ],
  ])('refuses %s', async (_, listener, reason) => {
    const url = await serving(listener)

    await expect(runPlan({ downloads: [{ url, from: 0, bytes: 5 }] })).rejects.toThrow(reason)
  })

  test('opens a connection again that ended before there was an answer', async () => {
    let requests = 0
    const url = await serving((request, response) => {
      requests += 1
      if (requests < 3) request.destroy()
      else answerRanges(request, response)
    })

    const report = await runPlan({ downloads: [{ url, bytes: CONTENT.length }] })

    expect([requests, report.bytes]).toEqual([3, CONTENT.length])
  })
})
