import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { diagnosisText } from './diagnosis/diagnosis.ts'
import { formatDuration, parseDurationMs } from './duration.ts'
import { newLife } from './life.ts'
import { parseMacAddress } from './mac-address.ts'
import { isMachineName } from './machine.ts'
import { memoryFloorMiB } from './memory-floor.ts'
import { nearest } from './nearest.ts'
import { encodeBase32 } from './opaque-id.ts'
import { PHASES } from './phase.ts'
import { parseReadyProbe, portsOfProbe } from './ready-probe.ts'
import { formatBytes, parseSizeMiB } from './size.ts'
import { parseUuid, uuidFromRandomBytes } from './uuid.ts'

describe('sizes and spans', () => {
  test.each([
    ['32GiB', 32768],
    ['2048M', 2048],
    ['1.5 GiB', 1536],
    ['1t', 1048576],
  ])('%s is %d MiB', (text, mib) => {
    expect(parseSizeMiB(text, '--memory')).toBe(mib)
  })

  test.each(['', '32', '0GiB', '1.3M', 'GiB', '-1G', '1e9G'])(
    '%j is no size and the option is named',
    (text) => {
      expect(() => parseSizeMiB(text, '--memory')).toThrow(/--memory/)
    },
  )

  test.each([
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['45s', 45_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDurationMs(text, '--timeout')).toBe(ms)
  })

  test.each(['', '90', 'm', '1h 30', '0s'])('%j is no span', (text) => {
    expect(() => parseDurationMs(text, '--timeout')).toThrow(/--timeout/)
  })

  test('are shown short', () => {
    expect([formatBytes(7), formatBytes(1536), formatBytes(70_000_000_000)]).toEqual([
      '7 B',
      '1.5 KiB',
      '65 GiB',
    ])
    expect([formatDuration(4_400), formatDuration(200_000), formatDuration(3_900_000)]).toEqual([
      '4 s',
      '3 min 20 s',
      '1 h 05 min',
    ])
  })
})

describe('names and ids', () => {
  test('a network address is accepted in every usual form and kept in one', () => {
    expect(parseMacAddress('52-54-00-AA-BB-CC')).toBe('52:54:00:aa:bb:cc')
    expect(parseMacAddress('52:54:00:aa:bb')).toBeUndefined()
  })

  test.prop([fc.uint8Array({ minLength: 16, maxLength: 16 })])(
    'a random UUID is a version 4 UUID',
    (bytes) => {
      const uuid = uuidFromRandomBytes(bytes)

      expect(parseUuid(uuid)).toBe(uuid)
      expect(uuid).toMatch(/^.{14}4.{4}[89ab]/)
    },
  )

  test.prop([fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 })])(
    'base32 keeps different bytes different',
    (a, b) => {
      expect(encodeBase32(a)).toMatch(/^[a-z2-7]*$/)
      if (a.length === b.length)
        expect(encodeBase32(a) === encodeBase32(b)).toBe(a.every((byte, index) => byte === b[index]))
    },
  )

  test.each([
    ['edge-1', true],
    ['Edge', false],
    ['../x', false],
    ['-a', false],
    ['a'.repeat(64), false],
    ['', false],
  ])('%j as a machine name: %s', (name, ok) => {
    expect(isMachineName(name)).toBe(ok)
  })

  test('a mistyped name leads to the one that was meant', () => {
    expect(nearest('boot-prot', ['boot-port', 'boot-host'])).toBe('boot-port')
    expect(nearest('zebra', ['boot-port'])).toBeUndefined()
  })
})

describe('readiness probes', () => {
  test.each([
    ['auto', [5080]],
    ['phone-home', []],
    ['palette', []],
    ['local-ui', [5080]],
    ['tcp:22', [22]],
    ['https://{ip}:8443/x', [8443]],
    ['http://{ip}/', [80]],
    ['https://{ip}?x', [443]],
    ['https://monitor.example/{ip}', []],
    ['http://example.com/', []],
  ])('%s wants the ports %j', (text, ports) => {
    expect(portsOfProbe(parseReadyProbe(text))).toEqual(ports)
  })

  test.each(['tcp:0', 'tcp:70000', 'ping', 'ftp://x', 'http://a b', 'http://u@h/'])(
    '%s is refused with what there is',
    (text) => {
      expect(() => parseReadyProbe(text)).toThrow(/expected auto, phone-home/)
    },
  )
})

test('the memory a real installer needs is near what its vendor says', () => {
  expect(memoryFloorMiB({ initrdBytes: 100e6, rootfsBytes: 1.6e9 })).toBeLessThan(4096)
  expect(memoryFloorMiB({ initrdBytes: 100e6, rootfsBytes: 1.6e9 })).toBeGreaterThan(2048)
})

test.each(PHASES)('for a host that is stuck in phase %s there is a reason to look at', (phase) => {
  expect(diagnosisText({ ...newLife(0), phase }).length).toBeGreaterThan(5)
})
