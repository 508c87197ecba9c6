import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createPinoLog } from '../../src/adapters/log-pino/pino-log.ts'
import { loadDatagramCalls } from '../../src/adapters/sockets-linux/datagram-calls.ts'
import { openTftpServer } from '../../src/servers/tftp/tftp-server.ts'

/**
 * `edgeboot-tftp-server.ts FOLDER PORT`: serves the files of the folder, from memory as the firmware images of the product are,
 * with its usual limits and in its usual mode.
 */
const [folder = '', port] = process.argv.slice(2)
const files = new Map<string, Uint8Array>()
for (const name of await readdir(folder)) files.set(name, await readFile(join(folder, name)))
const log = createPinoLog({ level: 'info', destination: 'stderr' })
await openTftpServer({
  files: {
    find: (name) => {
      const bytes = files.get(name)
      return bytes && { bytes, mediaType: 'application/octet-stream' }
    },
  },
  log,
  clock: createSystemClock(),
  datagrams: await loadDatagramCalls(),
  host: '127.0.0.1',
  port: Number(port),
  observe: {
    sent: (about) => log.info({ ...about }, 'sent'),
    aborted: (about) => log.warn({ ...about }, 'aborted'),
    sizeAsked: (about) => log.info({ ...about }, 'the size was asked'),
    refused: (about) => log.warn({ ...about }, 'refused'),
  },
})
