import { expect, test } from 'vitest'
import { encodeRangeParts } from './multipart.ts'

test('a multipart body is framed as RFC 9110 §14.6 shows', () => {
  const ranges = [
    { offsetBytes: 0, lengthBytes: 2 },
    { offsetBytes: 5, lengthBytes: 5 },
  ]

  const { parts, tail, sizeBytes } = encodeRangeParts(ranges, 10, 'application/octet-stream', 'BOUNDARY')

  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const body = `${parts.map(({ head, range }) => text(head) + '#'.repeat(range.lengthBytes)).join('')}${text(tail)}`
  expect(body).toBe(
    [
      '--BOUNDARY',
      'Content-Type: application/octet-stream',
      'Content-Range: bytes 0-1/10',
      '',
      '##',
      '--BOUNDARY',
      'Content-Type: application/octet-stream',
      'Content-Range: bytes 5-9/10',
      '',
      '#####',
      '--BOUNDARY--',
      '',
    ].join('\r\n'),
  )
  expect(sizeBytes).toBe(body.length)
})
