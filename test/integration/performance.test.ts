import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runLoad } from '../../bench/load/load.ts'
import { cpuSeconds } from '../../bench/measure/processes.ts'
import { startEdgebootFleet } from '../../bench/peers/edgeboot.ts'
import { ask } from '../../bench/peers/http-ask.ts'
import { makeInstallerFiles } from '../../bench/peers/installer-files.ts'
import { startPython } from '../../bench/peers/python-http.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const HOSTS = 16
const ROOTFS_BYTES = 64 * MIB
const SMALL_BYTES = 1024
const SMALL_REQUESTS = 320

/**
 * Not how fast it is, which `npm run bench` says, but whether an order of magnitude was lost. Processor time as a ratio to
 * another program in the same run: other work on the machine slows both down and changes it little.
 */
test('a root file system and a script cost no order of magnitude more than files from Python', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgeboot-performance-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const files = await makeInstallerFiles(folder, ROOTFS_BYTES)
  const nobody = () => undefined
  const context = { isQuick: true, repetitions: 1, folder, note: nobody, uses: nobody }
  const ours = { folder: join(folder, 'edgeboot'), iso: files.iso, rootfsBytes: ROOTFS_BYTES, hosts: HOSTS }
  await using edgeboot = await startEdgebootFleet(ours)
  await using python = await startPython({ context, files })
  if (!python) throw new Error('python3 is missing')
  const [small] = await python.downloads([{ from: 0, bytes: SMALL_BYTES }])

  const whole = Array.from({ length: HOSTS }, () => ({ from: 0, bytes: ROOTFS_BYTES }))
  const perGib: Record<string, number> = {}
  for (const server of [edgeboot, python]) {
    const downloads = await server.downloads(whole)
    const before = await cpuSeconds(server.pid)
    const report = await runLoad({ downloads })
    perGib[server.name] = ((await cpuSeconds(server.pid)) - before) / (report.bytes / GIB)
  }
  const perRequest = {
    Edgeboot: await cpuOfRequests(edgeboot.pid, (index) => edgeboot.scriptUrl(index % HOSTS)),
    Python: await cpuOfRequests(python.pid, () => small?.url ?? ''),
  }

  expect(ratio(perGib['Edgeboot'], perGib['Python']), JSON.stringify(perGib)).toBeLessThan(5)
  expect(ratio(perRequest.Edgeboot, perRequest.Python), JSON.stringify(perRequest)).toBeLessThan(10)
})

/** Processor seconds of one small request, each over a connection of its own and all answered. */
async function cpuOfRequests(pid: number, urlOf: (index: number) => string): Promise<number> {
  const before = await cpuSeconds(pid)
  for (let index = 0; index < SMALL_REQUESTS; index += 1) {
    expect((await ask(urlOf(index))).status).toBe(200)
  }
  return ((await cpuSeconds(pid)) - before) / SMALL_REQUESTS
}

function ratio(ours = Number.NaN, theirs = Number.NaN): number {
  return ours / theirs
}
