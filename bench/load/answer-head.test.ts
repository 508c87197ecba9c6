import { expect, test } from 'vitest'
import { readHead } from './answer-head.ts'

const WANTED = { status: 206, bytes: 5 }

test('headers may come in pieces; the body begins behind the empty line', () => {
  const head = 'HTTP/1.1 206 Partial Content\r\nServer: x\r\ncontent-length: 5\r\n\r\n'
  for (let length = 0; length < head.length; length += 1) {
    expect(readHead(head.slice(0, length), WANTED)).toEqual({ kind: 'partial' })
  }
  expect(readHead(`${head}hello`, WANTED)).toEqual({ kind: 'whole', bodyAt: head.length })
})

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'expected status 206, got HTTP/1.1 200 OK'],
  ['HTTP/1.0 206 Partial\r\nContent-Length: 6\r\n\r\n', 'expected 5 bytes, 6 announced'],
  ['HTTP/1.1 206 Partial\r\nTransfer-Encoding: chunked\r\n\r\n', 'expected 5 bytes, no length announced'],
  ['SSH-2.0-OpenSSH\r\n\r\n', 'expected status 206, got SSH-2.0-OpenSSH'],
  ['x'.repeat(20_000), 'headers without an end'],
])('%j is not what was asked for', (text, reason) => {
  expect(readHead(text, WANTED)).toEqual({ kind: 'wrong', reason })
})
