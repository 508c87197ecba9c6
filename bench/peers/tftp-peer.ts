import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decodeTftp } from '../../src/codec/tftp/decode-packet.ts'
import { encodeTftp } from '../../src/codec/tftp/encode-packet.ts'
import { TFTP_ERRORS, type TftpOption, type TftpPacket } from '../../src/codec/tftp/packet.ts'
import type { Running } from './running.ts'

/** A TFTP server under measurement. */
export interface TftpPeer extends Running {
  /** As it is called in tables. */
  readonly name: string
  readonly address: string
  readonly port: number
}

/** Starts one that serves the files of the folder; `undefined`, and a note, where it cannot be had. */
export type StartTftpPeer = (
  folder: string,
  report: {
    note(text: string): void
    uses(program: string, version: string): void
  },
) => Promise<TftpPeer | undefined>

const START_MS = 15_000
const RETRY_MS = 200

/**
 * What it acknowledges of the options, in its own words and order; none when it sends the first block at once. It may have been started just
 * now. The transfer is broken off.
 */
export async function askOptions(
  peer: TftpPeer,
  name: string,
  options: readonly TftpOption[],
): Promise<readonly TftpOption[]> {
  const socket = createSocket('udp4').bind(0)
  const request = encodeTftp({ type: 'read', name, mode: 'octet', options })
  const ask = (): void => socket.send(request, peer.port, peer.address)
  const again = setInterval(ask, RETRY_MS)
  try {
    ask()
    const [bytes, from] = await once(socket, 'message', { signal: AbortSignal.timeout(START_MS) })
    const enough: TftpPacket = { type: 'error', code: TFTP_ERRORS.seeMessage, message: 'enough' }
    await new Promise((sent) => socket.send(encodeTftp(enough), from.port, from.address, sent))
    const packet = decodeTftp(bytes)
    if (packet.type === 'options') return packet.options
    if (packet.type === 'data') return []
    throw new Error(`${peer.name} does not serve ${name}: ${JSON.stringify(packet)}`)
  } catch (error) {
    throw new Error(`${peer.name} does not answer:\n${peer.said()}`, { cause: error })
  } finally {
    clearInterval(again)
    socket.close()
  }
}
