import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Failure } from '../../domain/failure.ts'
import { createQmpParser, decodeQmpMessage, encodeQmpCommand } from './qmp-message.ts'

describe('QMP', () => {
  test('greeting, return, error and event are told apart', () => {
    const lines = [
      '{"QMP": {"version": {"qemu": {"micro": 18, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}',
      '{"return": {"status": "running"}, "id": 3}',
      '{"id": 4, "error": {"class": "GenericError", "desc": "no such device"}}',
      '{"timestamp": {"seconds": 1}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}',
    ]

    expect(lines.map(decodeQmpMessage)).toEqual([
      { kind: 'greeting', version: '7.2.18' },
      { kind: 'return', id: 3, value: { status: 'running' } },
      { kind: 'error', id: 4, errorClass: 'GenericError', description: 'no such device' },
      { kind: 'event', name: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } },
    ])
  })

  test.prop([
    fc.array(fc.record({ event: fc.string(), data: fc.dictionary(fc.string(), fc.integer()) })),
    fc.integer({ min: 1, max: 9 }),
  ])('messages come out whole however the socket cuts them', (events, size) => {
    const text = events.map((event) => `${JSON.stringify(event)}\r\n`).join('')
    const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
    const parser = createQmpParser()

    const messages = pieces.flatMap((piece) => parser.push(piece))

    expect(messages.map((message) => message.kind === 'event' && message.name)).toEqual(
      events.map(({ event }) => event),
    )
  })

  test.prop([fc.string()])('whatever comes, only a Failure is thrown', (text) => {
    try {
      createQmpParser().push(`${text}\n`)
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
    }
  })

  test('a command is one line', () => {
    expect(encodeQmpCommand('eject', 7, { id: 'cd\n' })).toBe(
      '{"execute":"eject","id":7,"arguments":{"id":"cd\\n"}}\r\n',
    )
  })
})
