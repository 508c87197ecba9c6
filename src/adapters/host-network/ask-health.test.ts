import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { askHealth } from './ask-health.ts'
import { lookUpName } from './look-up.ts'

const { signal } = new AbortController()

async function aServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a boot server answers, also with more than anybody reads', async () => {
  const asked: (string | undefined)[] = []
  const url = await aServer(({ url: path }, response) => {
    asked.push(path)
    response.end('x'.repeat(1_000_000))
  })

  expect(await askHealth(url, signal)).toBe('answers')
  expect(asked).toEqual(['/healthz'])
})

test('something else that listens is told, and is not followed elsewhere', async () => {
  const url = await aServer((_request, response) =>
    response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
  )

  expect(await askHealth(url, signal)).toEqual({ why: 'answers 302, so something else listens there' })
})

test('nobody there is told with the reason', async () => {
  expect(await askHealth('http://127.0.0.1:1', signal)).toEqual({
    why: expect.stringMatching(/^does not answer \(/),
  })
})

test('who does not want to know any more is heard', async () => {
  const url = await aServer(() => undefined)

  await expect(askHealth(url, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  await expect(lookUpName('localhost', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})

test('a name of this computer is known to it', async () => {
  expect(await lookUpName('localhost', signal)).toContain('127.0.0.1')
})
