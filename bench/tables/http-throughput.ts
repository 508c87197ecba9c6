import { bytesPerSecond } from '../load/load.ts'
import { partsFor } from '../measure/parts.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench } from '../measure/table.ts'
import { GIB, ROOTFS_BYTES, startContenders } from './contenders.ts'

const CONNECTIONS = 64
const BYTES = 32 * GIB
const ROW = `${CONNECTIONS} connections`
const NGINX = 'nginx, 2 workers'
const LOAD_PROCESSES = 2

/** How fast all of it goes when the server may use two cores. */
export const httpThroughput: Bench = {
  name: 'http-throughput',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: [NGINX, 'Caddy'] })
    const { servers, files, load } = contenders
    const samples = createSamples()
    const bytesEach = BYTES / CONNECTIONS / (context.isQuick ? 16 : 1)
    for (let repetition = 1; repetition <= context.repetitions; repetition += 1) {
      for (const server of servers) {
        const downloads = await server.downloads(partsFor(CONNECTIONS, bytesEach, files.sizeBytes))
        const speed = bytesPerSecond(await load({ downloads }, LOAD_PROCESSES)) / GIB
        samples.add(ROW, server.name, speed)
        context.note(`${repetition}: ${server.name}: ${speed.toFixed(2)} GiB/s`)
      }
    }
    return [
      {
        id: 'http-throughput',
        title: 'Throughput of a root file system over HTTP',
        method:
          `${CONNECTIONS} connections of ${LOAD_PROCESSES} load processes, each a part of its own of a root file system of ` +
          `${ROOTFS_BYTES / GIB} GiB, ${BYTES / GIB} GiB in all, from the page cache and over loopback: server and clients share the ` +
          'cores of the machine. From the first connection to the last byte of the last. The contenders take turns in each repetition.',
        unit: 'GiB/s',
        cells: samples.cells(),
        goals: [{ row: ROW, column: 'Edgeboot', dividedBy: NGINX, atLeast: 1 }],
      },
    ]
  },
}
