import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createLine, TURN_BYTES } from './line.ts'
import type { Turn } from './turns.ts'

const PIECE_BYTES = TURN_BYTES / 4

/** A line of turns that note their names, and what they were allowed. */
function open() {
  const line = createLine()
  const order: string[] = []
  const allowed: number[] = []
  const turnOf = (
    name: string,
    options: { readonly isInPieces?: boolean; readonly takes?: number } = {},
  ): Turn => {
    const { isInPieces = false, takes = PIECE_BYTES } = options
    return {
      isInPieces,
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

test('only so many turns in pieces are under way at once, and others begin when those have had all', () => {
  const { line, turnOf, serve } = open()
  const turns = Array.from({ length: 20 }, (_, at) => turnOf(String(at), { isInPieces: true }))
  for (const turn of turns) line.ask(turn)
  const served = Array.from({ length: 5 }, () => {
    const names = serve()
    for (const name of names) line.ask(turns[Number(name)] as Turn)
    return names.join(' ')
  })

  const [first, second] = ['0 1 2 3 4 5 6 7', '8 9 10 11 12 13 14 15']
  expect(served).toEqual([first, first, first, `${first} ${second}`, second])
})

test('turns that are not in pieces are not counted', () => {
  const { line, turnOf, serve } = open()
  const names = Array.from({ length: 20 }, (_, at) => String(at))
  for (const name of names) line.ask(turnOf(name))

  expect(serve()).toEqual(names)
})

const TURNS = 13

test.prop([
  fc.array(fc.boolean(), { minLength: TURNS, maxLength: TURNS }),
  fc.array(
    fc.record({
      who: fc.nat({ max: TURNS - 1 }),
      takes: fc.integer({ min: 0, max: TURN_BYTES }),
      times: fc.integer({ min: 1, max: TURNS + 2 }),
      asksAgain: fc.boolean(),
    }),
    { maxLength: 60 },
  ),
])(
  'in each round somebody has a turn and nobody two, and in the end all that asked had one',
  (inPieces, steps) => {
    const line = createLine()
    const asking = new Set<number>()
    let round: number[] = []
    let takes = 0
    const turns = inPieces.map(
      (isInPieces, who): Turn => ({
        isInPieces,
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
  },
)
