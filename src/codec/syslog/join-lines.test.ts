import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type Arrived, createLineJoiner } from './join-lines.ts'
import { parseSyslog } from './parse-syslog.ts'

const from = (address: string, text: string): Arrived => ({
  address,
  message: parseSyslog(new TextEncoder().encode(text)),
})
const texts = (arrived: readonly Arrived[]) => arrived.map(({ message }) => message.text)

describe('pieces of extended records', () => {
  test('make one line when all are there, in whatever order', () => {
    const joiner = createLineJoiner()

    expect(joiner.add(from('192.0.2.7', '6,416,1,-,ncfrag=6/16;chunk, the'), 0)).toEqual([])
    expect(joiner.add(from('192.0.2.8', '6,416,1,-,ncfrag=0/16;other '), 0)).toEqual([])
    const whole = joiner.add(from('192.0.2.7', '6,416,1,-,ncfrag=0/16;first '), 0)

    expect(texts(whole)).toEqual(['first chunk, the'])
    expect(whole[0]?.message).toEqual({ facility: 0, severity: 6, app: 'kernel', text: 'first chunk, the' })
    expect(joiner.waiting()).toBe(1)
  })

  test('an escape that was cut is read as a whole', () => {
    const joiner = createLineJoiner()

    joiner.add(from('192.0.2.7', '6,1,1,-,ncfrag=0/8;\\xc3\\x'), 0)

    expect(texts(joiner.add(from('192.0.2.7', '6,1,1,-,ncfrag=6/8;a4'), 0))).toEqual(['ä'])
  })

  test('one that does not come is given up, and shows as a gap', () => {
    const joiner = createLineJoiner()
    joiner.add(from('192.0.2.7', '6,1,1,-,ncfrag=0/30;begin '), 1000)
    joiner.add(from('192.0.2.7', '6,1,1,-,ncfrag=20/30; end'), 2000)

    expect(joiner.expire(2999)).toEqual([])
    expect(texts(joiner.expire(3000))).toEqual(['begin … end…'])
    expect(joiner.waiting()).toBe(0)
  })
})

describe('pieces of plain lines', () => {
  const start = `[    0.000000] Kernel command line: ${'a'.repeat(964)}`

  test('make one line with the rest that follows', () => {
    const joiner = createLineJoiner()

    expect(joiner.add(from('192.0.2.7', start), 0)).toEqual([])
    expect(texts(joiner.add(from('192.0.2.8', 'else\n'), 0))).toEqual(['else'])
    expect(texts(joiner.add(from('192.0.2.7', ' quiet\n'), 0))).toEqual([`${start} quiet`])
  })

  test('a new line ends the one before', () => {
    const joiner = createLineJoiner()
    joiner.add(from('192.0.2.7', start), 0)

    expect(texts(joiner.add(from('192.0.2.7', '[    1.000000] next\n'), 0))).toEqual([
      start,
      '[    1.000000] next',
    ])
  })

  test('a line without an end is bounded', () => {
    const joiner = createLineJoiner()
    joiner.add(from('192.0.2.7', start), 0)
    const ended = Array.from({ length: 8 }, () => joiner.add(from('192.0.2.7', 'b'.repeat(1000)), 0)).flat()

    expect(ended.map(({ message }) => message.text.length)).toEqual([8192])
  })
})

test('pieces without an end are told when there are too many', () => {
  const joiner = createLineJoiner()
  const given = Array.from({ length: 200 }, (_, at) =>
    joiner.add(from('192.0.2.7', `6,1,1,-,ncfrag=${at * 2}/16000;x`), 0),
  ).flat()

  expect(given).toHaveLength(3)
})

test('the lines that wait are bounded, and the oldest is given up first', () => {
  const joiner = createLineJoiner()
  const given = Array.from({ length: 300 }, (_, at) =>
    joiner.add(from(`192.0.2.${at}`, '6,1,1,-,ncfrag=0/30;begin'), 0),
  ).flat()

  expect(joiner.waiting()).toBe(256)
  expect(given[0]?.address).toBe('192.0.2.0')
})

test.prop([
  fc.array(
    fc.record({
      offset: fc.integer({ min: 0, max: 120 }),
      total: fc.integer({ min: 0, max: 100 }),
      text: fc.string({ maxLength: 40 }),
    }),
    { maxLength: 40 },
  ),
])(
  'pieces that contradict each other make no line longer than the pieces, and none waits for ever',
  (pieces) => {
    const joiner = createLineJoiner()

    const given = pieces.flatMap(({ offset, total, text }) =>
      joiner.add(from('192.0.2.7', `6,1,1,-,ncfrag=${offset}/${total};${text}`), 0),
    )
    const rest = joiner.expire(10_000)

    for (const text of texts([...given, ...rest])) expect(text.length).toBeLessThanOrEqual(40 * 42)
    expect(joiner.waiting()).toBe(0)
  },
)
