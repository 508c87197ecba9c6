import { once } from 'node:events'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskBlobs } from '../../src/adapters/blobs-disk/disk-blobs.ts'
import type { Extent } from '../../src/domain/installer.ts'
import type { RandomAccess } from '../../src/ports/blob-source.ts'
import type { BootTls } from '../../src/servers/http-boot/boot-app.ts'
import { openBootServer } from '../../src/servers/http-boot/boot-server.ts'
import type { BootLimits } from '../../src/servers/http-boot/limits.ts'
import type { Pace } from '../../src/servers/http-boot/transfers/pace.ts'
import { A_BOOT_ID, createFakeBootDesk, type FakeBootDesk } from './fake-boot-desk.ts'
import { createRecordingLog, type RecordingLog } from './recording-log.ts'

/** A file on disk, served by a real boot server on the loopback interface. */
export interface ServedFile extends AsyncDisposable {
  readonly folder: string
  readonly path: string
  readonly port: number
  readonly base: string
  /** Path of the artifact's URL. */
  readonly target: string
  readonly desk: FakeBootDesk
  readonly log: RecordingLog
  readonly blob: RandomAccess
  /** Bytes that went through this process's memory so far. */
  readonly readBytes: () => number
  /** Reads of the blob that have not ended. */
  readonly readsUnderWay: () => number
  /** Ends the server before the rest. */
  stop(): Promise<void>
}

export interface ServedFileOptions {
  readonly extents?: readonly Extent[]
  readonly limits?: Partial<BootLimits>
  readonly pace?: Pace
  /** With it over HTTPS. */
  readonly tls?: BootTls
  /** False: not by what only some systems can do. */
  readonly isDirect?: boolean
  /** For how long the file counts as unchanged; by default it is looked at before each piece. */
  readonly recheckMs?: number
}

export async function openServedFile(
  content: Uint8Array,
  options: ServedFileOptions = {},
): Promise<ServedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeboot-served-'))
  const path = join(folder, 'installer.iso')
  await writeFile(path, content)
  // An old date, so that writing to the file changes it however coarse the clock of the file system.
  const old = new Date('2026-01-01T00:00:00Z')
  await utimes(path, old, old)
  const { extents, limits = {}, pace, tls, isDirect = true, recheckMs = 0 } = options
  const blob = await createDiskBlobs({ recheckMs, isDirect }).open(path)
  let readsUnderWay = 0
  let readBytes = 0
  const counted: RandomAccess = {
    ...blob,
    async read(...range) {
      readsUnderWay++
      readBytes += range[1]
      try {
        return await blob.read(...range)
      } finally {
        readsUnderWay--
      }
    },
  }
  const desk = createFakeBootDesk({ blob: counted, ...(extents ? { extents } : {}) })
  const log = createRecordingLog()
  const server = await openBootServer({ desk, log, host: '127.0.0.1', port: 0, limits, pace, tls })
  return {
    folder,
    path,
    port: server.port,
    base: `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`,
    target: `/b/${A_BOOT_ID}/palette.squashfs`,
    desk,
    log,
    blob,
    readBytes: () => readBytes,
    readsUnderWay: () => readsUnderWay,
    stop: async () => server[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await blob[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A client made of nothing but a connection: writes `text` and reads only when told to. */
export async function connectAndSend(port: number, text: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** Resolves when the first bytes of an answer have come in; they stay to be read. */
export async function whenAnswered(socket: Socket): Promise<void> {
  if (socket.readableLength === 0) await once(socket, 'readable')
}

/** All that the connection still brings until it ends, however it ends. */
export function readToEnd(socket: Socket): Promise<Buffer> {
  const received: Buffer[] = []
  return new Promise((resolve) => {
    socket.on('data', (bytes) => received.push(bytes))
    socket.once('close', () => resolve(Buffer.concat(received)))
    if (socket.destroyed) resolve(Buffer.concat(received))
    socket.resume()
  })
}
