import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDiskBlobs } from '../src/adapters/blobs-disk/disk-blobs.ts'
import { openBootServer } from '../src/servers/http-boot/boot-server.ts'
import { createFakeBootDesk } from '../test/support/fake-boot-desk.ts'
import { createRecordingLog } from '../test/support/recording-log.ts'

/**
 * `http-serving-server.ts edgeboot|stream FILE OFFSET LENGTH`: serves those bytes of the file at `/palette.squashfs`
 * and prints the port. `stream` is what one would write first: createReadStream piped into the response.
 */
const [kind, path = '', offset, length] = process.argv.slice(2)
const offsetBytes = Number(offset)
const lengthBytes = Number(length)
console.log(kind === 'edgeboot' ? await serveByEdgeboot() : await serveByStream())

async function serveByEdgeboot(): Promise<number> {
  const blob = await createDiskBlobs().open(path)
  const desk = createFakeBootDesk({ blob, extents: [{ offsetBytes, lengthBytes }] })
  const { port } = await openBootServer({ desk, log: createRecordingLog(), host: '127.0.0.1', port: 0 })
  return port
}

async function serveByStream(): Promise<number> {
  await stat(path)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': String(lengthBytes) })
    createReadStream(path, { start: offsetBytes, end: offsetBytes + lengthBytes - 1 }).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
