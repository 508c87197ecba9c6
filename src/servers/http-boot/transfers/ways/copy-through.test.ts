import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { DirectReads, SendBuffer } from '../../../../ports/blob-source.ts'
import { copyThrough } from './copy-through.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SOCKET = 7

/** A connection with encryption of which the system keeps as much as a test says, and that takes every piece. */
function open({
  pieceBytes,
  buffer,
}: {
  readonly pieceBytes: number
  readonly buffer: () => SendBuffer | undefined
}) {
  const written: number[] = []
  const waiting: (() => void)[] = []
  const looks: number[] = []
  const direct = {
    isReady: () => true,
    copy: () => undefined,
    sendBuffer: (socket: number) => {
      looks.push(socket)
      return buffer()
    },
    whenRoom: (socket: number, tell: () => void) => {
      expect(socket).toBe(SOCKET)
      waiting.push(tell)
      return () => void waiting.splice(waiting.indexOf(tell), 1)
    },
  } as unknown as DirectReads
  const write = (bytes: Uint8Array, done: () => void): void => {
    written.push(bytes.length)
    done()
  }
  const socket = { encrypted: true, _handle: { fd: SOCKET }, writableLength: 0, writableCorked: 0, write }
  const way = copyThrough(
    direct,
    socket as unknown as Socket,
    { write } as unknown as ServerResponse,
    () => pieceBytes,
  )
  /** How often it was told at once that there is room for more. */
  const send = (at: number): number => {
    let told = 0
    way.send(at, way.pieceBytes(at), () => {
      told += 1
    })
    return told
  }
  // The few bytes that tell that the head of the answer has gone.
  send(0)
  written.length = 0
  looks.length = 0
  return { way, send, written, waiting, looks }
}

const of = (freeBytes: number, sizeBytes = 2 * MIB) => ({ freeBytes, sizeBytes })

test.each([
  ['as large as fits into the system', 900 * KIB, 512 * KIB],
  ['no larger than there are any', 8 * MIB, MIB],
  ['as small as all of them share', 100 * KIB, 128 * KIB],
])('with many connections a piece is %s', (_, freeBytes, expected) => {
  const { send, written } = open({ pieceBytes: 128 * KIB, buffer: () => of(freeBytes) })

  send(4 * MIB)

  expect(written).toEqual([expected])
})

test('a connection that is full is waited for where the bytes are kept', () => {
  let free = 600 * KIB
  const { way, send, waiting } = open({ pieceBytes: 128 * KIB, buffer: () => of(free) })

  expect(send(0)).toBe(1)
  free = 10 * KIB
  expect(send(0)).toBe(0)
  expect(waiting).toHaveLength(1)
  way.close?.()
  expect(waiting).toHaveLength(0)
})

test('where the system keeps little, or does not tell, the next piece waits in this process', () => {
  const little = open({ pieceBytes: 128 * KIB, buffer: () => of(0, 256 * KIB) })
  const unknown = open({ pieceBytes: 128 * KIB, buffer: () => undefined })

  for (const { send, written, waiting } of [little, unknown]) {
    expect(send(0)).toBe(1)
    expect(written).toEqual([128 * KIB])
    expect(waiting).toHaveLength(0)
  }
})

test('with few connections nothing has to be looked at', () => {
  const { send, written, looks } = open({ pieceBytes: MIB, buffer: () => of(0) })

  expect(send(0)).toBe(1)
  expect(written).toEqual([MIB])
  expect(looks).toEqual([])
})
