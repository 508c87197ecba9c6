import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'
import type { Turn } from './turns.ts'

/** Turns whose clock goes on by `turnMs` with each turn, and whose rounds the test starts. */
function open({ turnMs = 0 } = {}) {
  let now = 0
  const rounds: (() => void)[] = []
  const turns = createRounds({ now: () => now, nextRound: (round) => rounds.push(round) })
  const order: string[] = []
  const named = (name: string, again: () => boolean = () => false): Turn => {
    const turn: Turn = {
      take() {
        order.push(name)
        now += turnMs
        if (again()) turns.ask(turn)
        return 1
      },
    }
    return turn
  }
  const wait = (ms: number): void => {
    now += ms
  }
  return { turns, order, named, rounds, wait, round: () => rounds.shift()?.() }
}

test('all that ask have their turn, in the order in which they asked', () => {
  const { turns, order, named, round, rounds } = open()

  for (const name of ['a', 'b', 'c']) turns.ask(named(name))
  expect(order).toEqual([])
  round()

  expect(order).toEqual(['a', 'b', 'c'])
  expect(rounds).toEqual([])
})

test('a round that has taken long enough lets everybody else run before it goes on', () => {
  const { turns, order, named, round } = open({ turnMs: 1.2 })

  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.ask(named(name))
  round()
  expect(order).toEqual(['a', 'b'])
  round()
  expect(order).toEqual(['a', 'b', 'c', 'd'])
})

test('who asks again at once comes after those who have not had a turn yet', () => {
  const { turns, order, named, round } = open({ turnMs: 1.2 })

  for (const name of ['a', 'b', 'c']) turns.ask(named(name, () => true))
  for (let count = 0; count < 3; count += 1) round()

  expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

test('one turn that takes long is followed by a round of the event loop, and none is lost', () => {
  const { turns, order, named, round, rounds } = open({ turnMs: 50 })

  for (const name of ['a', 'b']) turns.ask(named(name))
  round()
  expect(order).toEqual(['a'])
  round()
  expect(order).toEqual(['a', 'b'])
  expect(rounds).toEqual([])
})

test('for a while after somebody came rounds are shorter', () => {
  const { turns, order, named, round, wait } = open({ turnMs: 0.06 })
  turns.ask(named('a', () => true))
  const turnsOfARound = (): number => {
    const before = order.length
    round()
    return order.length - before
  }

  turns.giveWay()
  expect([turnsOfARound(), turnsOfARound(), turnsOfARound()]).toEqual([0, 1, 1])
  for (let count = 0; count < 50; count += 1) turns.ask(named('b', () => true))
  expect(turnsOfARound()).toBe(2)
  wait(100)
  expect(turnsOfARound()).toBe(34)
})

test('when somebody has come the next round is left out, and only that one', () => {
  const { turns, order, named, round } = open()

  turns.ask(named('a', () => true))
  round()
  turns.giveWay()
  round()
  expect(order).toEqual(['a'])
  round()
  expect(order).toEqual(['a', 'a'])
})

test('with somebody coming all the time there still is a round every ten milliseconds', () => {
  const { turns, order, named, round, wait } = open()
  turns.ask(named('a', () => true))
  round()

  for (let ms = 1; ms <= 22; ms += 1) {
    wait(1)
    turns.giveWay()
    round()
  }

  expect(order).toEqual(['a', 'a', 'a'])
})

test('a round after so long gets a fifth of that time', () => {
  const { turns, order, named, round, wait } = open({ turnMs: 0.5 })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) turns.ask(named(name))
  turns.giveWay()
  round()
  wait(10)
  turns.giveWay()
  round()

  expect(order).toEqual(['a', 'b', 'c', 'd'])
  round()
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('who gives way to nobody for a while does not make up for it: the next one who comes goes first again', () => {
  const { turns, order, named, round, wait } = open()
  turns.ask(named('a', () => true))
  round()
  wait(60_000)
  round()
  turns.giveWay()
  round()

  expect(order).toEqual(['a', 'a'])
})

test('a download begins at the end of each round, however many have turns', async () => {
  const { turns, order, named, round, rounds } = open({ turnMs: 1.2 })
  for (const name of ['a', 'b', 'c']) turns.ask(named(name))
  for (const name of ['first', 'second', 'third']) void turns.begin().then(() => order.push(name))
  const roundOrder = async (): Promise<readonly string[]> => {
    order.length = 0
    round()
    await Promise.resolve()
    return [...order]
  }

  expect(await roundOrder()).toEqual(['a', 'b', 'first'])
  expect(await roundOrder()).toEqual(['c', 'second'])
  expect(await roundOrder()).toEqual(['third'])
  expect(rounds).toEqual([])
})

test('when somebody has come no download begins before the next round but one', async () => {
  const { turns, order, round } = open()
  const begun = turns.begin().then(() => order.push('begun'))

  turns.giveWay()
  round()
  await Promise.resolve()
  expect(order).toEqual([])
  round()
  await begun
  expect(order).toEqual(['begun'])
})
