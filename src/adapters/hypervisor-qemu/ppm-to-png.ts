import { crc32, deflateSync } from 'node:zlib'
import { Failure } from '../../domain/failure.ts'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** No console is wider or higher. Pixels. */
const MAX_SIDE = 16_384
const BYTES_PER_PIXEL = 3

/**
 * A binary PPM (`P6`, 8 bits per channel; netpbm, ppm) as PNG (RFC 2083). Failure `driver.refused` when it is none.
 */
export function convertPpmToPng(ppm: Uint8Array): Uint8Array {
  const { width, height, pixels } = parsePpm(ppm)
  const rowBytes = width * BYTES_PER_PIXEL
  // Each row is preceded by its filter type, 0: none.
  const rows = new Uint8Array((rowBytes + 1) * height)
  for (let y = 0; y < height; y += 1) {
    rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  // 8 bits per channel, colour type 2: RGB.
  header.set([8, 2], 8)
  return Buffer.concat([
    new Uint8Array(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function parsePpm(ppm: Uint8Array): {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
} {
  const start = Buffer.from(ppm.subarray(0, 512)).toString('latin1')
  // Between the numbers is white space, or comments that end with their line.
  const header = /^P6(?:\s|#[^\n]*\n)+(\d{1,5})(?:\s|#[^\n]*\n)+(\d{1,5})(?:\s|#[^\n]*\n)+255\s/.exec(start)
  if (!header) throw damaged('its header is not that of a PPM')
  const width = Number(header[1])
  const height = Number(header[2])
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
    throw damaged(`${width} times ${height} pixels cannot be`)
  }
  const pixels = ppm.subarray(header[0].length)
  const wanted = width * height * BYTES_PER_PIXEL
  if (pixels.length < wanted) throw damaged(`${pixels.length} bytes of pixels where ${wanted} should be`)
  return { width, height, pixels: pixels.subarray(0, wanted) }
}

/** Length, type, data, check sum over type and data (RFC 2083, 3.2). */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(Buffer.from(type, 'latin1'), 4)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

function damaged(what: string): Failure {
  return new Failure('driver.refused', `the screenshot QEMU made cannot be read: ${what}`)
}
