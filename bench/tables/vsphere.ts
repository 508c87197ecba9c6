import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Uuid } from '../../src/domain/uuid.ts'
import { openLabVcenter } from '../../test/lab/vcenter/open-lab-vcenter.ts'
import { aVsphereSpec, openDriverOn } from '../../test/support/vsphere-driver.ts'
import type { Bench, BenchContext, Cell } from '../measure/table.ts'

const LIMIT_MS = 600_000
const MEDIA_BYTES = 3 * 1024 * 1024

/** Machines of a simulated vCenter, all made at the same time. */
export const vsphere: Bench = {
  name: 'vsphere',
  async run(context) {
    const cells: Cell[] = []
    for (const count of context.isQuick ? [5] : [20, 200]) {
      context.note(`${count} machines`)
      cells.push(...(await bringUp(count, context)))
    }
    return [
      {
        id: 'vsphere',
        title: 'Machines in vSphere',
        method:
          'A driver makes machines of VMware’s vCenter simulator, gives each its boot medium and switches it on, all at the same time and once. ' +
          'The simulator takes most of the time; what counts is how often it is asked.',
        unit: 'made and switched on',
        cells,
        goals: [],
      },
    ]
  },
}

async function bringUp(count: number, { folder }: BenchContext): Promise<readonly Cell[]> {
  const directory = mkdtempSync(join(folder, 'vsphere-'))
  const isoPath = join(directory, 'boot.iso')
  writeFileSync(isoPath, Buffer.alloc(MEDIA_BYTES, 'iso'))
  await using lab = await openLabVcenter()
  await using driver = await openDriverOn(lab.environment, { directory })
  const signal = AbortSignal.timeout(LIMIT_MS)
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const tail = String(index).padStart(12, '0')
      const uuid = `00000000-0000-4000-8000-${tail}` as Uuid
      const machine = await driver.create(aVsphereSpec({ name: `edge-${index + 1}`, uuid }), signal)
      await machine.setMedia(isoPath, signal)
      await machine.power('on', signal)
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  const made = (await lab.machines()).filter(({ powerState }) => powerState === 'poweredOn').length
  if (made !== count) throw new Error(`${made} of ${count} machines are on`)
  const { calls, uploads } = lab.log
  const waits = calls.filter(({ method }) => method === 'WaitForUpdatesEx').length
  const row = `${count} machines`
  const cell = (column: string, value: number): Cell => ({ row, column, samples: [value] })
  return [
    cell('seconds', seconds),
    cell('calls a machine', (calls.length - waits) / count),
    cell('waits for updates', waits),
    cell('calls in flight, at most', lab.log.maxInFlight()),
    cell('uploads', uploads.length),
  ]
}
