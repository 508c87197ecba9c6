import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parseSyslog } from './parse-syslog.ts'

const parse = (text: string) => parseSyslog(new TextEncoder().encode(text))

describe('syslog as iPXE sends it', () => {
  test('has neither time nor host', () => {
    expect(parse('<6>ipxe: http://192.0.2.1:8080/boot.ipxe... ok')).toEqual({
      facility: 0,
      severity: 6,
      app: 'ipxe',
      text: 'http://192.0.2.1:8080/boot.ipxe... ok',
    })
  })

  test('has the name of the machine where DHCP gave it one', () => {
    expect(parse('<6>store-7.example ipxe: net0: 52:54:00:00:00:01')).toEqual({
      facility: 0,
      severity: 6,
      hostname: 'store-7.example',
      app: 'ipxe',
      text: 'net0: 52:54:00:00:00:01',
    })
  })
})

describe('RFC 3164', () => {
  test.each([
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 4,
        severity: 2,
        hostname: 'mymachine',
        app: 'su',
        text: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      '<13>Feb  5 17:32:18 10.0.0.99 kairos-agent[812]: installing',
      { facility: 1, severity: 5, hostname: '10.0.0.99', app: 'kairos-agent', text: 'installing' },
    ],
    [
      '<13>2026-11-28T08:00:00.5+01:00 store-7 agent: up',
      { facility: 1, severity: 5, time: 1795849200500, hostname: 'store-7', app: 'agent', text: 'up' },
    ],
    ['<4>Feb  5 17:32:18 kernel: oops', { facility: 0, severity: 4, app: 'kernel', text: 'oops' }],
    [
      '<6>[    1.234567] usb 1-1: new device',
      { facility: 0, severity: 6, app: 'kernel', text: '[    1.234567] usb 1-1: new device' },
    ],
    ['<0>Use the BFG!', { facility: 0, severity: 0, text: 'Use the BFG!' }],
    ['<191>a: b', { facility: 23, severity: 7, app: 'a', text: 'b' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  test.each(['<192>no priority: x', '<>x', '<1234>x', '<-1>x'])(
    '%s has no priority and is plain text',
    (text) => {
      expect(parse(text)).toEqual({ text })
    },
  )
})

describe('RFC 5424', () => {
  test.each([
    [
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
      {
        facility: 4,
        severity: 2,
        time: 1065910455003,
        hostname: 'mymachine.example.com',
        app: 'su',
        text: "'su root' failed",
      },
    ],
    [
      '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It is time',
      {
        facility: 20,
        severity: 5,
        time: 1061727255000,
        hostname: '192.0.2.1',
        app: 'myproc',
        text: '%% It is time',
      },
    ],
    [
      '<165>1 - - evntslog - ID47 [a@32473 iut="3" b="x\\"]y"][c@1 d="e"] An entry',
      { facility: 20, severity: 5, app: 'evntslog', text: 'An entry' },
    ],
    ['<14>1 - - - - - [a@1 b="c"]', { facility: 1, severity: 6, text: '' }],
    ['<14>1 - h app - - [never closed', { facility: 1, severity: 6, text: '1 - h app - - [never closed' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected)
  })
})

describe('netconsole', () => {
  test('plain lines are those of the kernel', () => {
    expect(parse('[    0.000000] Linux version 6.1.0\n')).toEqual({
      app: 'kernel',
      text: '[    0.000000] Linux version 6.1.0',
    })
    expect(parse('[    1.000000][    T1] Run /init as init process\n')).toMatchObject({ app: 'kernel' })
  })

  test('a piece of exactly a thousand bytes without an end goes on', () => {
    const start = `[    0.000000] Kernel command line: ${'a'.repeat(964)}`

    expect(parse(start)).toEqual({ app: 'kernel', text: start, isContinued: true })
    expect(parse(`${start.slice(0, -1)}\n`).isContinued).toBeUndefined()
  })

  test('extended records have level and escapes, and their dictionary is left out', () => {
    expect(parse('6,416,1758426,-;input: \\xc3\\xa4 \\x1b[31mred\n SUBSYSTEM=acpi\n')).toEqual({
      facility: 0,
      severity: 6,
      app: 'kernel',
      text: 'input: ä red',
    })
    expect(parse('6.4.0,14,444,501151268,c,caller=T1;hello')).toEqual({
      facility: 1,
      severity: 6,
      app: 'kernel',
      text: 'hello',
    })
  })

  test('pieces of extended records say where they belong', () => {
    expect(parse('6,416,1758426,-,ncfrag=0/33;the first chunk,')).toEqual({
      facility: 0,
      severity: 6,
      app: 'kernel',
      text: 'the first chunk,',
      fragment: { sequence: 416, offset: 0, total: 33 },
    })
  })
})

test('anything else is plain text, without what a terminal would obey', () => {
  expect(parse('hello\r\n\u001b[2Jworld\u0007\u202e!\n')).toEqual({ text: 'hello\nworld··!' })
  expect(parseSyslog(Uint8Array.of(0x68, 0xff, 0x69))).toEqual({ text: 'h\ufffdi' })
  expect(parse('')).toEqual({ text: '' })
})

test('more than 8 KiB is cut', () => {
  expect(parse('x'.repeat(60_000)).text).toHaveLength(8192)
})

test.each(['\r', '\n', '\0', '\r\n', ' '])('a datagram full of %j is read as quickly as any', (character) => {
  const many = character.repeat(8000 / character.length)

  for (let time = 0; time < 100; time += 1) expect(parse(`${many}a`).text).toMatch(/a$/)
  expect(parse(`a${many}`).text.trim()).toBe('a')
})

const pieces = fc.array(
  fc.constantFrom(
    ...[
      '<6>',
      '<191>',
      '1 ',
      '- ',
      '[a b="',
      '"]',
      '\\',
      ';',
      '6,1,2,-',
      ',ncfrag=0/9;',
      'ipxe: ',
      '\u001b[',
      '\n',
    ],
    ...[
      'Oct 11 22:14:15 ',
      '2026-11-28T08:00:00Z ',
      '[    1.234567] ',
      'host ',
      'app[1]: ',
      '\\xff',
      '\ufeff',
      '\0',
    ],
  ),
  { maxLength: 20 },
)

test.prop([
  fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.string({ unit: 'binary', maxLength: 500 }).map((text) => new TextEncoder().encode(text)),
    pieces.map((parts) => new TextEncoder().encode(parts.join(''))),
  ),
])('whatever arrives is read without an error and can be printed', (bytes) => {
  const { text, hostname = '', app = '', facility = 0, severity = 0 } = parseSyslog(bytes)

  expect(`${text}${hostname}${app}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(`${hostname}${app}`).not.toMatch(/[\t\n]/)
  expect(text.length).toBeLessThanOrEqual(8192)
  expect(severity).toBeLessThanOrEqual(7)
  expect(facility).toBeLessThanOrEqual(23)
})
