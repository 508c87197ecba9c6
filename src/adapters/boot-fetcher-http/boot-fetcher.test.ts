import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createBootFetcher } from './boot-fetcher.ts'

const SIZE = 100_000

async function serve(): Promise<string> {
  const server = createServer((_request, response) => response.end(Buffer.alloc(SIZE)))
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('takes no more in a second than it was told to', async () => {
  const bytesPerSecond = 1_000_000
  const { signal } = new AbortController()

  const { bytes, durationMs } = await createBootFetcher().get(await serve(), { bytesPerSecond }, signal)

  expect(bytes).toBe(SIZE)
  // Pauses of a few milliseconds are left out, and a timer may come a millisecond early.
  expect(durationMs).toBeGreaterThan((SIZE / bytesPerSecond) * 1000 - 10)
})
