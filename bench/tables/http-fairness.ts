import { partsFor } from '../measure/parts.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench } from '../measure/table.ts'
import { GIB, ROOTFS_BYTES, startContenders } from './contenders.ts'

const CLIENTS = 64
const BYTES = 32 * GIB
const ROW = `${CLIENTS} equal clients`

/** Whether clients that want the same get it at the same time. */
export const httpFairness: Bench = {
  name: 'http-fairness',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: ['nginx', 'Caddy'] })
    const { servers, files, load } = contenders
    const samples = createSamples()
    const bytesEach = BYTES / CLIENTS / (context.isQuick ? 16 : 1)
    for (let repetition = 1; repetition <= context.repetitions; repetition += 1) {
      for (const server of servers) {
        const downloads = await server.downloads(partsFor(CLIENTS, bytesEach, files.sizeBytes))
        const { durationsMs } = await load({ downloads })
        const [fastest, slowest] = [Math.min(...durationsMs), Math.max(...durationsMs)]
        samples.add(ROW, server.name, slowest / fastest)
        context.note(
          `${repetition}: ${server.name}: ${Math.round(fastest)} to ${Math.round(slowest)} ms, ${(slowest / fastest).toFixed(2)} times`,
        )
      }
    }
    return [
      {
        id: 'http-fairness',
        title: 'Fairness among hosts that download the same amount',
        method:
          `${CLIENTS} connections of one load process begin together, each for a part of its own of a root file system of ` +
          `${ROOTFS_BYTES / GIB} GiB, all of the same length, ${BYTES / GIB} GiB in all. How long the slowest took, divided by how long the ` +
          'fastest took. nginx has one worker: several share connections unevenly. The contenders take turns in each repetition.',
        unit: 'slowest ÷ fastest',
        cells: samples.cells(),
        goals: [{ row: ROW, column: 'Edgeboot', dividedBy: 'nginx', atMost: 1 }],
      },
    ]
  },
}
