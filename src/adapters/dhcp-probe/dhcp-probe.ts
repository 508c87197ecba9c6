import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { decodeDhcp, encodeDhcp } from '../../codec/dhcp4/message.ts'
import { pxeDiscover } from '../../codec/dhcp4/pxe-discover.ts'
import { readOffer } from '../../codec/dhcp4/read-offer.ts'
import type { DhcpOffer } from '../../domain/doctor/dhcp-offer.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { MacAddress } from '../../domain/mac-address.ts'
import { uuidFromRandomBytes } from '../../domain/uuid.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'

/** RFC 2131 §4.1. */
const STANDARD = { to: '255.255.255.255', serverPort: 67, clientPort: 68 } as const
const EVERYBODY = '0.0.0.0'
/** One may get lost; it is the same question. Milliseconds. */
const AGAIN_MS = 2000
/** The transaction's number ends there (RFC 2131 §2). */
const XID_END = 8
/** Of all that calls itself an answer, whoever sends it, so many are looked at, and so many different offers are kept. */
const MAX_DATAGRAMS = 1000
const MAX_OFFERS = 16

/** A card to ask on. */
export interface ProbedCard {
  readonly card: string
  /** IPv4 address of this computer there. */
  readonly address: string
  readonly mac: MacAddress
}

export interface ProbeOptions {
  readonly cards: readonly ProbedCard[]
  /** Milliseconds; servers that look first whether an address is free take three seconds. */
  readonly waitMs: number
  readonly clock: Clock
  readonly random: Random
  /** Other than the standard's, for tests; port 0: any. */
  readonly wire?: { readonly to: string; readonly serverPort: number; readonly clientPort: number }
  /** Called for every offer that was not heard before, for tests. */
  readonly heard?: (offer: DhcpOffer) => void
}

export interface ProbeAnswer {
  readonly card: string
  readonly offers: readonly DhcpOffer[]
  /** Why nothing could be sent there. */
  readonly problem?: string
}

/**
 * Asks on every card as firmware does that wants to boot, and collects what is offered; nothing is ever accepted, so no
 * address is taken. The message bears the address of the card, for switches that compare them (DHCP snooping), and a
 * random client identifier, so that servers do not take it for the system on this computer. Failure `port.in-use`, and
 * `usage.invalid` without the right to port 68.
 */
export async function probeDhcp(options: ProbeOptions, signal: AbortSignal): Promise<readonly ProbeAnswer[]> {
  const { cards, waitMs, clock, random, wire = STANDARD } = options
  const asked = cards.map((card) => ({
    ...card,
    ...question(card, random),
    offers: new Map<string, DhcpOffer>(),
  }))
  const byTransaction = new Map(asked.map((one) => [one.transactionId, one.offers]))
  const problems = new Map<string, string>()
  let looked = 0
  await using listener = await open(EVERYBODY, wire.clientPort)
  const { port } = listener.socket.address()
  listener.socket.on('message', (bytes, from) => {
    hear(bytes, from.address)
  })

  function hear(bytes: Buffer, from: string): void {
    // Answers to others are many on a large network, and do not count.
    if (bytes.length < XID_END || !byTransaction.has(bytes.readUInt32BE(XID_END - 4))) return
    looked += 1
    if (looked > MAX_DATAGRAMS) return
    try {
      const message = decodeDhcp(bytes)
      const offers = byTransaction.get(message.transactionId)
      const offer = offers && readOffer(message, from)
      const key = JSON.stringify(offer)
      if (!offers || !offer || offers.has(key) || offers.size >= MAX_OFFERS) return
      offers.set(key, offer)
      options.heard?.(offer)
    } catch (error) {
      // Anybody may send anything here.
      if (!isFailure(error, 'packet.malformed')) throw error
    }
  }

  async function ask(): Promise<void> {
    for (const { card, address, bytes } of asked) {
      try {
        // A socket of its own chooses the card; it is closed at once, for what is meant for others would come to it.
        await using sender = await open(address, port)
        await send(sender.socket, bytes, wire.serverPort, wire.to)
        problems.delete(card)
      } catch (error) {
        problems.set(card, (error as Error).message)
      }
    }
  }

  await ask()
  await clock.sleep(Math.min(AGAIN_MS, waitMs), signal)
  if (waitMs > AGAIN_MS) {
    await ask()
    await clock.sleep(waitMs - AGAIN_MS, signal)
  }
  return asked.map(({ card, offers }) => {
    const problem = problems.get(card)
    return { card, offers: [...offers.values()], ...(problem === undefined ? {} : { problem }) }
  })
}

function question({ mac }: ProbedCard, random: Random) {
  const bytes = random.bytes(28)
  const transactionId = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const clientId = `edgeboot-doctor-${Buffer.from(bytes.subarray(4, 12)).toString('hex')}`
  const uuid = uuidFromRandomBytes(bytes.subarray(12))
  return { transactionId, bytes: encodeDhcp(pxeDiscover({ mac, transactionId, clientId, uuid })) }
}

interface OpenSocket extends AsyncDisposable {
  readonly socket: Socket
}

async function open(address: string, port: number): Promise<OpenSocket> {
  // DHCP clients of this computer may have the port as well.
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const opened = {
    socket,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
  try {
    socket.bind({ address, port, exclusive: true })
    await once(socket, 'listening')
    socket.setBroadcast(true)
    socket.on('error', () => undefined)
    return opened
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw describeBindError(error as NodeJS.ErrnoException, port)
  }
}

function send(socket: Socket, bytes: Uint8Array, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()))
  })
}

function describeBindError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new Failure(
      'port.in-use',
      `UDP port ${port} is in use by a program that shares it with nobody`,
      { port },
      error,
    )
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new Failure('usage.invalid', `UDP port ${port} may not be used by this user`, { port }, error)
  return error
}
