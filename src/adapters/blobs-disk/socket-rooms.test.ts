import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSocketRooms, type EpollCalls } from './socket-rooms.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [EVENT_BYTES, DATA_AT] = process.arch === 'x64' ? [12, 4] : [16, 8]

/** An epoll that knows sockets once they were added, and tells of those that a test says have room. */
function open({ refuses = false } = {}) {
  const known = new Set<number>()
  const armed = new Set<number>()
  const roomy = new Set<number>()
  const calls: EpollCalls = {
    create: () => 3,
    control(_epoll, operation, socket, event) {
      if (refuses || (operation === 3 && !known.has(socket))) return -1
      expect(new DataView(event.buffer).getInt32(DATA_AT, true)).toBe(socket)
      known.add(socket)
      armed.add(socket)
      return 0
    },
    look(_epoll, events, capacity) {
      const found = [...armed].filter((socket) => roomy.has(socket)).slice(0, capacity)
      const view = new DataView(events.buffer)
      found.forEach((socket, index) => {
        view.setInt32(index * EVENT_BYTES + DATA_AT, socket, true)
        armed.delete(socket)
      })
      return found.length
    },
  }
  const rooms = createSocketRooms(calls)
  if (!rooms) throw new Error('there is an epoll')
  return { rooms, roomy }
}

test('sockets that have room are told of once, the others not', () => {
  const { rooms, roomy } = open()
  const told: number[] = []
  for (const socket of [7, 8, 9]) rooms.whenRoom(socket, () => told.push(socket))
  roomy.add(7).add(9)

  expect(told).toEqual([])
  vi.advanceTimersByTime(20)
  expect(told).toEqual([7, 9])
  roomy.add(8)
  vi.advanceTimersByTime(20)
  expect(told).toEqual([7, 9, 8])
})

test('a socket that is asked for again is told of again, more than fit in one answer too', () => {
  const { rooms, roomy } = open()
  const told: number[] = []
  const sockets = Array.from({ length: 600 }, (_, index) => index + 10)
  for (let round = 0; round < 2; round += 1) {
    for (const socket of sockets) rooms.whenRoom(socket, () => told.push(socket))
    for (const socket of sockets) roomy.add(socket)
    vi.advanceTimersByTime(20)
  }

  expect(told).toEqual([...sockets, ...sockets])
})

test('what was taken back is not told, and does not take back a later wish of the same number', () => {
  const { rooms, roomy } = open()
  const told: string[] = []
  const takeBack = rooms.whenRoom(7, () => told.push('closed'))
  rooms.whenRoom(7, () => told.push('its successor'))
  takeBack?.()
  roomy.add(7)

  vi.advanceTimersByTime(20)
  expect(told).toEqual(['its successor'])
})

test('while nobody waits nothing is looked at', () => {
  const { rooms } = open()
  rooms.whenRoom(7, () => undefined)?.()

  vi.advanceTimersByTime(20)
  expect(vi.getTimerCount()).toBe(0)
})

test('a system that has none, or does not know the socket, says so', () => {
  expect(createSocketRooms({ create: () => -1, control: () => -1, look: () => -1 })).toBeUndefined()
  expect(open({ refuses: true }).rooms.whenRoom(7, () => undefined)).toBeUndefined()
})
