import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import type { RecordedEvent } from '../../src/domain/event.ts'
import type { UpSummary } from '../../src/domain/summary.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-e2e-vsphere-'))
const userData = join(directory, 'user-data.yaml')
const lines = ['#cloud-config', 'stylus: { managementMode: local }', 'install: { poweroff: true }', '']
writeFileSync(userData, lines.join('\n'))
let iso: string

beforeAll(async () => {
  iso = await standInIso()
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** One test's vCenter, and a data directory with the command in it; all of it ends with the test. */
interface Place {
  readonly lab: LabVcenter
  readonly dataDirectory: string
  up(args: readonly string[]): EdgebootProcess
}

async function placeFor({ onTestFinished }: TestContext, name: string): Promise<Place> {
  const dataDirectory = join(directory, name)
  // Switching a machine on there starts a real one with the very ISO that was uploaded.
  const lab = await openLabVcenter({ machines: 'qemu' })
  let running: EdgebootProcess | undefined
  onTestFinished(async () => {
    await running?.kill()
    await lab[Symbol.asyncDispose]()
  })
  return {
    lab,
    dataDirectory,
    up: (args) => {
      running = startUp(lab, dataDirectory, args)
      return running
    },
  }
}

function startUp(lab: LabVcenter, dataDirectory: string, args: readonly string[]): EdgebootProcess {
  const machine = ['--cpus', '1', '--memory', '1536MiB', '--disk', '10GiB']
  const places = [
    ...['--cluster', 'DC0_C0', '--network', 'VM Network'],
    ...['--advertise', '10.0.2.2', '--boot-port', '0'],
  ]
  return startEdgeboot(
    [
      ...['--data-dir', dataDirectory, '--json', 'up', iso, '--user-data', userData, '--driver', 'vsphere'],
      ...[...machine, ...places, '--timeout', '14m', ...args],
    ],
    lab.environment,
  )
}

async function summaryOf(started: EdgebootProcess): Promise<UpSummary> {
  const { code, stdout, stderr } = await started.finished
  expect(code, stderr.slice(-4000)).toBe(0)
  return JSON.parse(stdout)
}

async function eventsOf(dataDirectory: string): Promise<readonly RecordedEvent[]> {
  const { stdout } = await runEdgeboot(['--data-dir', dataDirectory, '--json', 'host', 'show', 'edge-1'])
  return JSON.parse(stdout).events
}

test.concurrent('a machine of a vCenter boots the ISO that was uploaded, installs, is switched on again and is ready, although up is killed and the vCenter restarts', async (context) => {
  const { lab, dataDirectory, up } = await placeFor(context, 'media')
  // Slow enough that the download is under way when it is killed, and not over.
  const first = up(['--host-bandwidth', '8MB'])
  await first.line(/edge-1 {2}rootfs.* [1-9]\d? ?%/)
  await first.kill()
  const second = up([])
  await second.line(/reports before-install/)
  await lab.restart({ downMs: 3000 })

  const summary = await summaryOf(second)

  // The live system takes the part of the root file system that had arrived for the whole: it is reset, and boots the ISO again.
  expect(summary.hosts).toMatchObject([{ name: 'edge-1', result: 'ready', installs: 2, driver: 'vsphere' }])
  const [machine, ...others] = await lab.machines()
  expect(others).toEqual([])
  expect(machine).toMatchObject({ powerState: 'poweredOn', cd: { startConnected: false } })
  expect(summary.hosts[0]).toMatchObject({ mac: machine?.mac, uuid: machine?.uuid })
  expect(lab.log.uploads.filter(({ complete }) => complete)).toHaveLength(1)
  expect(lab.log.count('PutUsbScanCodes')).toBe(0)
  const events = await eventsOf(dataDirectory)
  const offs = events.filter(({ type, data }) => type === 'machine.power' && data.state === 'off')
  expect(offs.map(({ data }) => 'cause' in data && data.cause)).toEqual(['unknown', 'guest-shutdown'])

  const gone = ['--data-dir', dataDirectory, 'host', 'delete', 'edge-1', '--yes']
  expect(await runEdgeboot(gone, lab.environment)).toMatchObject({ code: 0 })
  expect(await lab.machines()).toEqual([])
})

test.concurrent('keys are typed at the prompt of a stock iPXE in a vCenter, some of them lost, and the request for the script is the proof', async (context) => {
  const { lab, up } = await placeFor(context, 'typed')
  lab.keyTrouble({ kind: 'refuse', every: 5 })

  const summary = await summaryOf(up(['--boot', 'typed']))

  expect(summary.hosts).toMatchObject([{ result: 'ready', installs: 1 }])
  expect(lab.log.count('PutUsbScanCodes')).toBeGreaterThan(5)
  expect((await lab.machines())[0]).toMatchObject({ powerState: 'poweredOn' })
})
