import { isIP } from 'node:net'
import { decodeTftp } from '../../codec/tftp/decode-packet.ts'
import { showName } from '../../codec/tftp/file-name.ts'
import { OPCODES, TFTP_ERRORS, type TftpPacket, type TftpRequest } from '../../codec/tftp/packet.ts'
import { isFailure } from '../../domain/failure.ts'
import { createRateLimiter } from '../../domain/rate-limit.ts'
import type { BootFileClient, BootFiles } from '../../ports/boot-files.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DatagramCalls } from '../../ports/datagram-calls.ts'
import type { Log } from '../../ports/log.ts'
import { answerRequest, type RequestAnswer } from './answer-request.ts'
import { type Endpoint, openEndpoint } from './endpoint.ts'
import { DEFAULT_TFTP_LIMITS, type TftpLimits } from './limits.ts'
import { describeBindError, noSuchAddress } from './listen-errors.ts'
import type { TftpObserver } from './observer.ts'
import type { Peer } from './peer.ts'
import { createTransfers } from './transfers.ts'

export interface TftpServerOptions {
  readonly files: BootFiles
  readonly log: Log
  readonly clock: Clock
  /**
   * Address to listen on, one of this machine. A machine with several needs a server for each: an answer has to come from the
   * address that was asked, and what is found may depend on it.
   */
  readonly host: string
  /** Firmware asks 69 and no other; 0 takes any free port. */
  readonly port: number
  /**
   * `single-port`: everything comes from the port listened on, which works through NAT, containers and firewalls. `usual`: each
   * transfer has a port of its own (RFC 1350 §4).
   */
  readonly mode?: 'single-port' | 'usual'
  readonly observe: TftpObserver
  readonly limits?: Partial<TftpLimits>
  /** With it datagrams over IPv4 take a shorter way. */
  readonly datagrams?: DatagramCalls | undefined
  /** Who holds a UDP port, for the message when it is in use. */
  readonly describePortHolder?: (port: number) => Promise<string | undefined>
}

/** A TFTP server that answers. Disposing ends running transfers, with an error to their clients. */
export interface TftpServer extends AsyncDisposable {
  /** The address listened on, as given by the system. */
  readonly address: string
  readonly port: number
  /** Transfers that run now. */
  readonly transfers: number
}

/** Whoever asks too often is reported this often. */
const REPORTS_OF_FLOODING = { perSecond: 1 / 60, burst: 1 }

/**
 * Serves boot files, read-only, by exact name (RFC 1350, 2347, 2348, 2349, 7440). Failure `port.in-use` with who holds the port
 * where that can be found out, `address.unknown` when `host` is no address of this machine, `usage.invalid` without the
 * right to the port.
 */
export async function openTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const { files, log, clock, host, port, mode = 'single-port', observe, datagrams } = options
  if (isIP(host.replace(/%.*$/, '')) === 0) throw noSuchAddress(host)
  const limits = { ...DEFAULT_TFTP_LIMITS, ...options.limits }
  const stopped = new AbortController()
  const transfers = createTransfers({ clock, limits, observe, signal: stopped.signal })
  const mayAsk = createRateLimiter(limits.requests)
  const mayReport = createRateLimiter(REPORTS_OF_FLOODING)
  let localAddress = host

  const { endpoint, bound } = openEndpoint({
    host,
    port,
    hear: safely(hear),
    datagrams,
    fail: (error) => log.warn({ err: error }, 'the TFTP socket failed'),
  })

  /** Nothing that somebody sends ends the server. */
  function safely(hear: (bytes: Uint8Array, from: Peer) => void): typeof hear {
    return (bytes, from) => {
      try {
        hear(bytes, from)
      } catch (error) {
        log.error({ err: error, address: from.address }, 'a TFTP packet could not be worked on')
      }
    }
  }

  function hear(bytes: Uint8Array, from: Peer): void {
    const packet = read(bytes)
    if (packet && packet.type !== 'read' && packet.type !== 'write') {
      // Almost all packets end here.
      if (mode === 'single-port' && transfers.hear(from, packet)) return
      if (transfers.knows(from)) return
    }
    // An error is never answered by an error, or two servers could talk forever.
    if (packet?.type === 'error' || (!packet && bytes[1] === OPCODES.error)) return
    if (!mayAsk.take(from.address, clock.now())) {
      if (!mayReport.take(from.address, clock.now())) return
      const name = packet && 'name' in packet ? packet.name : ''
      report(from, name, 'it asks too often; until it asks less it gets no answer')
      return
    }
    if (!packet) refuse(endpoint, from, TFTP_ERRORS.illegalOperation, 'this is no TFTP packet')
    else if (packet.type === 'read' || packet.type === 'write') answer(packet, from)
    else refuse(endpoint, from, TFTP_ERRORS.unknownTransfer, 'unknown transfer')
  }

  function answer(request: TftpRequest, from: Peer): void {
    const decided = decide(request, { address: from.address, localAddress })
    if (decided.do === 'refuse') {
      transfers.noteRefusal(from)
      refuse(endpoint, from, decided.code, decided.message, request.name, decided.reason)
      return
    }
    const noRoom = transfers.begin(request, from, decided, () =>
      mode === 'single-port' ? { ...endpoint, close: () => undefined } : openOwnPort(from),
    )
    if (noRoom !== undefined) refuse(endpoint, from, TFTP_ERRORS.seeMessage, noRoom, request.name)
  }

  function decide(request: TftpRequest, client: BootFileClient): RequestAnswer {
    try {
      return answerRequest(request, files, client, limits)
    } catch (error) {
      log.error({ err: error, name: showName(request.name) }, 'a boot file cannot be had')
      const message = 'the file cannot be had now'
      return { do: 'refuse', code: TFTP_ERRORS.seeMessage, message, reason: message }
    }
  }

  /** A port for one transfer. What others send to it does not disturb that (RFC 1350 §4). */
  function openOwnPort(client: Peer): Endpoint {
    const own = openEndpoint({
      host,
      port: 0,
      hear: safely(hearOwn),
      datagrams,
      fail: (error) => transfers.end(client, `its socket failed: ${error.message}`),
    })
    own.bound.catch((error: Error) => transfers.end(client, `it got no port: ${error.message}`))
    function hearOwn(bytes: Uint8Array, from: Peer): void {
      const packet = read(bytes)
      if (from.key === client.key) {
        if (packet) transfers.hear(client, packet)
      } else if (packet && packet.type !== 'error' && mayAsk.take(from.address, clock.now())) {
        refuse(own.endpoint, from, TFTP_ERRORS.unknownTransfer, 'unknown transfer')
      }
    }
    return own.endpoint
  }

  function refuse(by: Endpoint, to: Peer, code: number, message: string, name = '', reason = message): void {
    by.send({ type: 'error', code, message }, to)
    report(to, name, reason)
  }

  function report({ address, port }: Peer, name: string, reason: string): void {
    observe.refused({ name: showName(name), address, port, reason })
  }

  try {
    localAddress = (await bound).address
  } catch (error) {
    endpoint.close()
    throw await describeBindError(error, { host, port, describePortHolder: options.describePortHolder })
  }
  const { address, port: boundPort } = await bound
  log.info({ address, port: boundPort, mode }, 'TFTP server listens')
  return {
    address,
    port: boundPort,
    get transfers() {
      return transfers.size
    },
    async [Symbol.asyncDispose]() {
      transfers.endAll('the TFTP server was stopped')
      stopped.abort(new Error('the TFTP server was stopped'))
      endpoint.close()
    },
  }
}

function read(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(bytes)
  } catch (error) {
    if (isFailure(error, 'packet.malformed')) return undefined
    throw error
  }
}
