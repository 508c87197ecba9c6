import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createLine, TURN_BYTES } from './line.ts'
import { BRIEF_BYTES, type Turn } from './turns.ts'

const PIECE_BYTES = TURN_BYTES / 4

/** A line of turns that note their names, and what they were allowed. */
function open() {
  const line = createLine()
  const order: string[] = []
  const allowed: number[] = []
  const turnOf = (
    name: string,
    options: { readonly isInPieces?: boolean; readonly isBrief?: boolean; readonly takes?: number } = {},
  ): Turn => {
    const { isInPieces = false, isBrief = false, takes = PIECE_BYTES } = options
    return {
      isInPieces,
      isBrief,
      take(bytes) {
        order.push(name)
        allowed.push(bytes)
        return Math.min(bytes, takes)
      },
    }
  }
  /** The names of those who had a turn: all that there is time for. */
  const serve = (times = Number.POSITIVE_INFINITY): readonly string[] => {
    order.length = 0
    allowed.length = 0
    let left = times - 1
    line.serve(() => left-- > 0)
    return [...order]
  }
  return { line, turnOf, serve, allowed }
}

test('a turn in pieces goes on before those who wait, until it has had all of its bytes', () => {
  const { line, turnOf, serve, allowed } = open()
  const a = turnOf('a', { isInPieces: true })
  for (const turn of [a, turnOf('b'), turnOf('c')]) line.ask(turn)

  const rounds = Array.from({ length: 5 }, () => {
    const served = serve(1)
    if (served[0] === 'a') line.ask(a)
    return [served[0], allowed[0]]
  })

  expect(rounds).toEqual([
    ['a', TURN_BYTES],
    ['a', TURN_BYTES - PIECE_BYTES],
    ['a', TURN_BYTES - 2 * PIECE_BYTES],
    ['a', PIECE_BYTES],
    ['b', TURN_BYTES],
  ])
})

test('who does not ask again before the next round waits as everybody does, for a whole turn', () => {
  const { line, turnOf, serve, allowed } = open()
  const a = turnOf('a', { isInPieces: true })
  line.ask(a)
  for (const name of ['b', 'c', 'd']) line.ask(turnOf(name))

  expect(serve(1)).toEqual(['a'])
  expect(serve(1)).toEqual(['b'])
  line.ask(a)
  expect(serve()).toEqual(['c', 'd', 'a'])
  expect(allowed.at(-1)).toBe(TURN_BYTES)
})

test('a piece there was no time for comes first in the next round', () => {
  const { line, turnOf, serve } = open()
  const [a, b] = [turnOf('a', { isInPieces: true }), turnOf('b', { isInPieces: true })]
  for (const turn of [a, b, turnOf('c')]) line.ask(turn)
  expect(serve(2)).toEqual(['a', 'b'])
  for (const turn of [a, b]) line.ask(turn)

  expect(serve(1)).toEqual(['a'])
  line.ask(a)
  expect(serve(2)).toEqual(['b', 'a'])
})

test('a turn that was given nothing, as the disk is waited for or all was sent, does not go on', () => {
  const { line, turnOf, serve } = open()
  const a = turnOf('a', { isInPieces: true, takes: 0 })
  for (const turn of [a, turnOf('b')]) line.ask(turn)

  expect(serve(1)).toEqual(['a'])
  line.ask(a)
  expect(serve(1)).toEqual(['b'])
})

test('only so many bytes go in pieces of one round, and others begin when those have had all of their turns', () => {
  const { line, turnOf, serve } = open()
  const turns = Array.from({ length: 5 }, (_, at) => turnOf(String(at), { isInPieces: true }))
  for (const turn of turns) line.ask(turn)
  const served = Array.from({ length: 6 }, () => {
    const names = serve()
    for (const name of names) line.ask(turns[Number(name)] as Turn)
    return names.join('')
  })

  expect(served).toEqual(['01', '01', '01', '01', '23', '23'])
})

test('pieces that are small leave place for more', () => {
  const { line, turnOf, serve } = open()
  for (let at = 0; at < 64; at += 1)
    line.ask(turnOf(String(at), { isInPieces: true, takes: PIECE_BYTES / 16 }))

  expect(serve()).toHaveLength(32)
})

test('who wants little goes before all others, even those whose turn goes on, and gets little', () => {
  const { line, turnOf, serve, allowed } = open()
  const a = turnOf('a', { isInPieces: true })
  for (const turn of [a, turnOf('b')]) line.ask(turn)
  serve(1)
  for (const turn of [a, turnOf('c', { isBrief: true }), turnOf('d', { isBrief: true })]) line.ask(turn)

  expect(serve()).toEqual(['c', 'd', 'a', 'b'])
  expect(allowed.slice(0, 2)).toEqual([BRIEF_BYTES, BRIEF_BYTES])
})

test('however many want little, one other has its turn in each round', () => {
  const { line, turnOf, serve } = open()
  for (const name of ['a', 'b', 'c']) line.ask(turnOf(name, { isBrief: true }))
  for (const name of ['d', 'e', 'f']) line.ask(turnOf(name))

  expect([serve(1), serve(1), serve(1)]).toEqual([
    ['a', 'd'],
    ['b', 'e'],
    ['c', 'f'],
  ])
})

test('who asks while it has its turn is not served twice, and nobody is lost by it', () => {
  const { line, turnOf, serve } = open()
  const [a, c] = [turnOf('a', { isInPieces: true }), turnOf('c')]
  const asksForOther: Turn = {
    take() {
      for (const turn of [a, c]) line.ask(turn)
      return PIECE_BYTES
    },
  }
  for (const turn of [a, asksForOther]) line.ask(turn)
  expect(serve()).toEqual(['a'])

  expect(serve()).toEqual(['a', 'c'])
  expect(line.isEmpty()).toBe(true)
})

test('turns that are not in pieces are not counted', () => {
  const { line, turnOf, serve } = open()
  const names = Array.from({ length: 20 }, (_, at) => String(at))
  for (const name of names) line.ask(turnOf(name))

  expect(serve()).toEqual(names)
})

const TURNS = 13
const kinds = fc.array(fc.record({ isInPieces: fc.boolean(), isBrief: fc.boolean() }), {
  minLength: TURNS,
  maxLength: TURNS,
})

test.prop([
  kinds,
  fc.array(
    fc.record({
      who: fc.nat({ max: TURNS - 1 }),
      takes: fc.integer({ min: 0, max: TURN_BYTES }),
      times: fc.integer({ min: 1, max: TURNS + 2 }),
      asksAgain: fc.boolean(),
    }),
    { maxLength: 60 },
  ),
])('in each round somebody has a turn and nobody two, and who asked is served', (kindOf, steps) => {
  const line = createLine()
  const asking = new Set<number>()
  let round: number[] = []
  let takes = 0
  const turns = kindOf.map(
    (kind, who): Turn => ({
      ...kind,
      take(allowed) {
        expect(asking.delete(who)).toBe(true)
        expect(allowed).toBeGreaterThan(0)
        expect(allowed).toBeLessThanOrEqual(TURN_BYTES)
        round.push(who)
        return Math.min(takes, allowed)
      },
    }),
  )
  const ask = (who: number): void => {
    if (!asking.has(who)) line.ask(turns[who] as Turn)
    asking.add(who)
  }

  for (const step of steps) {
    takes = step.takes
    round = []
    ask(step.who)
    let left = step.times
    line.serve(() => --left > 0)
    expect(round.length).toBeGreaterThan(0)
    expect(new Set(round).size).toBe(round.length)
    if (step.asksAgain) for (const who of round) ask(who)
    expect(line.isEmpty()).toBe(asking.size === 0)
  }
  while (!line.isEmpty()) line.serve(() => true)
  expect([...asking]).toEqual([])
})

test.prop([kinds, fc.integer({ min: TURN_BYTES / 8, max: TURN_BYTES }), fc.integer({ min: 1, max: TURNS })])(
  'while all ask again and again nobody begins two turns before each other one has had something',
  (kindOf, pieceBytes, times) => {
    const line = createLine()
    const order: { readonly who: number; readonly allowed: number }[] = []
    const got = kindOf.map(() => 0)
    const turns = kindOf.map(
      ({ isInPieces }, who): Turn => ({
        isInPieces,
        take(allowed) {
          order.push({ who, allowed })
          const bytes = Math.min(allowed, isInPieces ? pieceBytes : TURN_BYTES)
          got[who] = bytes + (allowed === TURN_BYTES ? 0 : (got[who] ?? 0))
          expect(got[who]).toBeLessThanOrEqual(TURN_BYTES)
          return bytes
        },
      }),
    )
    for (const turn of turns) line.ask(turn)
    for (let round = 0; round < 300; round += 1) {
      const from = order.length
      let left = times
      line.serve(() => --left > 0)
      for (const { who } of order.slice(from)) line.ask(turns[who] as Turn)
    }

    for (const one of turns.keys()) {
      const begins = order.flatMap(({ who, allowed }, at) =>
        who === one && allowed === TURN_BYTES ? [at] : [],
      )
      for (const [nth, at] of begins.slice(1).entries()) {
        expect(new Set(order.slice(begins[nth], at).map(({ who }) => who)).size).toBe(TURNS)
      }
    }
    expect(new Set(order.map(({ who }) => who)).size).toBe(TURNS)
  },
)
