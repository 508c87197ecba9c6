import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import type { Uuid } from '../src/domain/uuid.ts'
import { openLabVcenter } from '../test/lab/vcenter/open-lab-vcenter.ts'
import { aVsphereSpec, openDriverOn } from '../test/support/vsphere-driver.ts'

const LIMITS = { iterations: 1, time: 0, warmup: false }
const LIMIT_MS = 600_000

/** Makes that many machines of one vCenter, gives each its media and switches it on; all at the same time. */
async function bringUp(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-bench-'))
  const isoPath = join(directory, 'boot.iso')
  writeFileSync(isoPath, Buffer.alloc(3 * 1024 * 1024, 'iso'))
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
  const { calls } = lab.log
  const waits = calls.filter(({ method }) => method === 'WaitForUpdatesEx').length
  const memory = Math.round(process.memoryUsage().rss / 1024 / 1024)
  console.log(
    `${count} machines in ${seconds.toFixed(1)} s: ${calls.length - waits} calls (${((calls.length - waits) / count).toFixed(1)} a ` +
      `machine), ${waits} waits for updates, at most ${lab.log.maxInFlight()} calls in flight, ` +
      `${lab.log.uploads.length} upload, ${memory} MiB with the vCenter's proxy`,
  )
  rmSync(directory, { recursive: true, force: true })
}

test(
  'machines of a vCenter are made, given their media and switched on',
  async ({ bench }) => {
    await bench('20 machines', () => bringUp(20)).run(LIMITS)
    await bench('200 machines', () => bringUp(200)).run(LIMITS)
  },
  2 * LIMIT_MS,
)
