import { readFileSync } from 'node:fs'

/** A UDP datagram of a capture. */
export interface CapturedDatagram {
  /** Place in the capture; the first packet is 0. */
  readonly index: number
  readonly source: string
  readonly sourcePort: number
  readonly destination: string
  readonly destinationPort: number
  readonly payload: Uint8Array
}

const ETHERNET = 1
const IPV4 = 0x0800
const UDP = 17

/** Every whole UDP datagram over IPv4 and Ethernet of a classic pcap file, either byte order; all else is passed over. */
export function readPcap(file: string | URL): readonly CapturedDatagram[] {
  const bytes = Uint8Array.from(readFileSync(file))
  const view = new DataView(bytes.buffer)
  const little = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true))
  if (!little && ![0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0)))
    throw new Error(`${file} is no pcap file`)
  if (view.getUint32(20, little) !== ETHERNET) throw new Error(`${file} is no capture of Ethernet`)
  const datagrams: CapturedDatagram[] = []
  for (let at = 24, index = 0; at < bytes.length; index += 1) {
    const length = view.getUint32(at + 8, little)
    const datagram = readFrame(bytes.subarray(at + 16, at + 16 + length))
    if (datagram) datagrams.push({ index, ...datagram })
    at += 16 + length
  }
  return datagrams
}

function readFrame(frame: Uint8Array): Omit<CapturedDatagram, 'index'> | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (frame.length < 42 || view.getUint16(12) !== IPV4 || view.getUint8(23) !== UDP) return undefined
  // The two low bits of the flags: don't fragment does no harm, more fragments and an offset do.
  if ((view.getUint16(20) & 0x3fff) !== 0) return undefined
  const udp = 14 + (view.getUint8(14) & 0x0f) * 4
  return {
    source: frame.subarray(26, 30).join('.'),
    sourcePort: view.getUint16(udp),
    destination: frame.subarray(30, 34).join('.'),
    destinationPort: view.getUint16(udp + 2),
    payload: frame.subarray(udp + 8, udp + view.getUint16(udp + 4)),
  }
}
