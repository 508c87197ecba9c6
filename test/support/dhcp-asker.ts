/**
 * A DHCP client or relay as a process of its own, so that it can be run in another network namespace. Takes one `Asking` as
 * JSON in its first argument, writes each answer with the same transaction id as a line of hexadecimal digits, and goes on
 * until it is ended, or its standard input is.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface Asking {
  /** Address and port it sends from. What comes to everybody on that port is heard as well. */
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
  /** The message, in hexadecimal digits. */
  readonly message: string
  /** So many a second, each as if from another machine, instead of one and the same; how many is said on stderr. */
  readonly flood?: number
}

/** Places in a message: xid and chaddr (RFC 2131 §2). */
const TRANSACTION = { from: 4, to: 8 } as const
const CARD = 28
const TICK_MS = 10
/** Clients ask again; RFC 2131 §4.1 has them wait longer. */
const AGAIN_MS = 1000

// Whoever started it may be killed.
process.stdin.resume().once('end', () => process.exit())
const asking: Asking = JSON.parse(process.argv[2] ?? '{}')
const message = Buffer.from(asking.message, 'hex')
const sender = await open(asking.from)
if (asking.from !== '0.0.0.0') await open('0.0.0.0')
if (asking.flood === undefined) ask()
else flood(asking.flood)

async function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (bytes) => {
    const isOurs = bytes
      .subarray(TRANSACTION.from, TRANSACTION.to)
      .equals(message.subarray(TRANSACTION.from, TRANSACTION.to))
    if (isOurs) console.log(bytes.toString('hex'))
  })
  socket.bind(asking.fromPort, address)
  await once(socket, 'listening')
  socket.setBroadcast(true)
  return socket
}

function ask(): void {
  sender.send(message, asking.toPort, asking.to)
  setTimeout(ask, AGAIN_MS)
}

function flood(perSecond: number): void {
  const begun = Date.now()
  let sent = 0
  setInterval(() => {
    const due = ((Date.now() - begun) / 1000) * perSecond
    for (; sent < due; sent += 1) {
      const made = Buffer.from(message)
      made.writeUInt32BE(sent + 1, TRANSACTION.from)
      // Made up by whoever administers them (IEEE 802, bit 1 of the first byte).
      made.writeUInt16BE(0x0200, CARD)
      made.writeUInt32BE(sent, CARD + 2)
      sender.send(made, asking.toPort, asking.to)
      if ((sent + 1) % perSecond === 0) console.error(`sent ${sent + 1}`)
    }
  }, TICK_MS)
}
