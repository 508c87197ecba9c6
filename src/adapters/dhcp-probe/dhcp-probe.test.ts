import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { type DhcpMessage, decodeDhcp, encodeDhcp } from '../../codec/dhcp4/message.ts'
import { messageType, messageTypeOption, OPTION } from '../../codec/dhcp4/options.ts'
import type { MacAddress } from '../../domain/mac-address.ts'

import { type ProbeOptions, probeDhcp } from './dhcp-probe.ts'

const MAC = '52:54:00:12:34:56' as MacAddress
const CARD = { card: 'lo', address: '127.0.0.1', mac: MAC }

/** A DHCP server on loopback that answers with what it is told. */
async function aServer(answer: (question: DhcpMessage, send: (bytes: Uint8Array) => void) => void) {
  const asked: DhcpMessage[] = []
  const socket: Socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  socket.on('message', (bytes: Uint8Array, from: RemoteInfo) => {
    const question = decodeDhcp(bytes)
    asked.push(question)
    answer(question, (reply) => socket.send(reply, from.port, from.address))
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { asked, wire: { to: '127.0.0.1', serverPort: socket.address().port, clientPort: 0 } }
}

const offer = (question: DhcpMessage, yourAddress: string): Uint8Array =>
  encodeDhcp({
    ...{ ...question, op: 'reply' as const, yourAddress },
    options: new Map([[OPTION.messageType, messageTypeOption('offer')]]),
  })

/** Asks until so many offers were heard, and then as long as is asked for. */
async function probe(given: Partial<ProbeOptions> & Pick<ProbeOptions, 'wire'>, offers: number) {
  const enough = Promise.withResolvers<void>()
  let heard = 0
  const clock = createFakeClock()
  return await probeDhcp(
    {
      ...{ cards: [CARD], waitMs: 3000, random: createFixedRandom() },
      clock: { ...clock, sleep: async () => await enough.promise },
      heard: () => {
        heard += 1
        if (heard === offers) enough.resolve()
      },
      ...given,
    },
    new AbortController().signal,
  )
}

describe('asking for DHCP', () => {
  test('is one question per card, sent twice, that is never followed by a request', async () => {
    const { asked, wire } = await aServer((question, send) => send(offer(question, '192.0.2.7')))

    const answers = await probe({ wire }, 1)

    expect(answers).toEqual([
      { card: 'lo', offers: [{ server: '127.0.0.1', offered: '192.0.2.7', isForPxe: false }] },
    ])
    expect(asked.length).toBeGreaterThan(0)
    expect(new Set(asked.map(messageType))).toEqual(new Set(['discover']))
    expect(new Set(asked.map(({ transactionId }) => transactionId)).size).toBe(1)
    expect(asked[0]?.broadcast).toBe(true)
  })

  test('hears nothing but offers to its own question, each once, and not without end', async () => {
    const { wire } = await aServer((question, send) => {
      send(Uint8Array.of(1, 2, 3))
      send(offer({ ...question, transactionId: question.transactionId ^ 1 }, '192.0.2.1'))
      send(encodeDhcp({ ...question, op: 'reply' }))
      for (let at = 0; at < 40; at += 1) send(offer(question, `192.0.2.${100 + (at % 20)}`))
    })

    const [answer] = await probe({ wire }, 16)

    expect(answer?.offers).toHaveLength(16)
    expect(new Set(answer?.offers.map(({ offered }) => offered)).size).toBe(16)
  })

  test('goes on where one card cannot be asked on', async () => {
    const { wire } = await aServer((question, send) => send(offer(question, '192.0.2.7')))
    const gone = { card: 'gone', address: '192.0.2.254', mac: MAC }

    const answers = await probe({ wire, cards: [gone, CARD] }, 1)

    expect(answers).toEqual([
      { card: 'gone', offers: [], problem: expect.stringContaining('EADDRNOTAVAIL') },
      { card: 'lo', offers: [expect.objectContaining({ offered: '192.0.2.7' })] },
    ])
  })

  test('ends when it is told to', async () => {
    const end = new AbortController()
    const { wire } = await aServer(() => end.abort(new Error('enough')))
    const clock = createFakeClock()
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })

    const asking = probeDhcp(
      { cards: [CARD], waitMs: 3000, clock: { ...clock, sleep }, random: createFixedRandom(), wire },
      end.signal,
    )

    await expect(asking).rejects.toThrow('enough')
  })
})
