import { expect, test } from 'vitest'
import type { NetbootNews } from '../contract/netboot.ts'
import { followNews } from './follow-news.ts'

const one: NetbootNews = { id: 7, time: 0, service: 'dhcp', action: 'answered', reason: 'it may install' }

test('a server that answers at once is asked with breaks, for what it has not told yet', async () => {
  const steps: string[] = []
  const answers = [[], [], [one], []]
  const end = new AbortController()
  const news = followNews(
    async (after, wait) => {
      steps.push(`after ${after}, ${wait} s`)
      return { services: [], items: answers.shift() ?? [] }
    },
    end.signal,
    async (ms) => {
      steps.push(`${ms} ms`)
      if (answers.length === 0) end.abort()
    },
  )

  const items = (await Array.fromAsync(news)).flatMap((list) => list.items)

  expect(items).toEqual([one])
  expect(steps).toEqual([
    ...['after 0, 0 s', 'after 0, 20 s', '1000 ms', 'after 0, 20 s'],
    ...['after 7, 20 s', '1000 ms'],
  ])
})
