import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { isFailure } from './failure.ts'
import { parseRate } from './rate.ts'

describe('a rate', () => {
  test.for([
    ['900Mbit', 112_500_000],
    ['1Gbit', 125_000_000],
    ['1.5Gbit/s', 187_500_000],
    ['100kbit', 12_500],
    ['100MB', 100_000_000],
    [' 100 MB/s ', 100_000_000],
    ['1mbit', 125_000],
    ['64KiB', 65_536],
    ['100MiB/s', 104_857_600],
    ['8Mibit', 1_048_576],
    ['2GiB', 2_147_483_648],
    ['12500B', 12_500],
  ] as const)('%s is so many bytes a second', ([text, bytes]) => {
    expect(parseRate(text, '--bandwidth')).toBe(bytes)
  })

  test.for([
    ['100', 'without a unit it may be anything'],
    ['100M', 'M may be bits or bytes'],
    ['100Mb', 'Mb is bits to some and bytes to others'],
    ['100Mbps', 'Mbps is bits to some and bytes to others'],
    ['100mb/s', 'mb is bits to some and bytes to others'],
    ['100Tbit', 'there is no unit Tbit'],
    ['100Mbits', 'there is no unit Mbits'],
    ['', 'expected a rate with its unit'],
    ['-1Mbit', 'expected a rate with its unit'],
    ['1,5Gbit', 'expected a rate with its unit'],
    ['1e3Mbit', 'expected a rate with its unit'],
    ['99kbit', 'from 100kbit to 8000Gbit'],
    ['0Mbit', 'from 100kbit to 8000Gbit'],
    ['8001Gbit', 'from 100kbit to 8000Gbit'],
  ] as const)('%s is not guessed at', ([text, why]) => {
    expect(() => parseRate(text, '--bandwidth')).toThrow(why)
    expect(() => parseRate(text, '--bandwidth')).toThrow(/^--bandwidth /)
  })

  property.prop([fc.string({ maxLength: 200 })])('of any text is a rate or a failure', (text) => {
    try {
      expect(parseRate(text, '--bandwidth')).toBeGreaterThanOrEqual(12_500)
    } catch (error) {
      expect(isFailure(error, 'usage.invalid')).toBe(true)
    }
  })
})
