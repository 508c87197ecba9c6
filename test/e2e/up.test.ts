import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import type { RecordedEvent } from '../../src/domain/event.ts'
import type { UpSummary } from '../../src/domain/summary.ts'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'
import { lastWordsOf, storyOf } from '../support/story-of.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-e2e-'))
let iso: string

beforeAll(async () => {
  iso = await standInIso()
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** One test's data directory, and the command in it. */
interface Place {
  readonly dataDirectory: string
  readonly hosts: readonly string[]
  up(args: readonly string[]): EdgebootProcess
  eventsOf(host: string): Promise<readonly RecordedEvent[]>
  /** Written by the guest, over all its boots. */
  serialLog(host: string): string
}

/** Machines outlive the command that made them: when the test is over, both are ended. */
function placeFor(
  { onTestFinished }: TestContext,
  name: string,
  hosts: readonly string[] = ['edge-1'],
): Place {
  const dataDirectory = join(directory, name)
  const running = new Set<EdgebootProcess>()
  onTestFinished(async () => {
    for (const process of running) await process.kill()
    for (const host of hosts)
      await runEdgeboot(['--data-dir', dataDirectory, 'host', 'delete', host, '--yes'])
  })
  return {
    dataDirectory,
    hosts,
    up: (args) => {
      const size = [
        ...['--cpus', '1', '--memory', '1536MiB', '--disk', '10GiB', '--boot-port', '0'],
        ...['--timeout', '14m'],
      ]
      const started = startEdgeboot(['--data-dir', dataDirectory, '--json', 'up', iso, ...size, ...args])
      running.add(started)
      void started.finished.then(() => running.delete(started))
      return started
    },
    eventsOf: async (host) => {
      const { stdout } = await runEdgeboot(['--data-dir', dataDirectory, '--json', 'host', 'show', host])
      return JSON.parse(stdout).events
    },
    serialLog: (host) => readFileSync(join(dataDirectory, 'machines', host, 'serial.log'), 'utf8'),
  }
}

function userData(name: string, lines: readonly string[]): string {
  const path = join(directory, `${name}.yaml`)
  writeFileSync(path, ['#cloud-config', ...lines, ''].join('\n'))
  return path
}

async function summaryOf(started: EdgebootProcess): Promise<UpSummary> {
  const { code, stdout, stderr } = await started.finished
  expect(code, stderr.slice(-4000)).toBe(0)
  return JSON.parse(stdout)
}

function count(events: readonly RecordedEvent[], test: (event: RecordedEvent) => boolean): number {
  return events.filter(test).length
}

const POWEROFF = ['stylus:', '  managementMode: local', 'install:', '  poweroff: true']
const REBOOT = ['stylus:', '  managementMode: local', 'install:', '  reboot: true']
const SAYS_THAT_IT_INSTALLS = [
  ...['stages:', '  kairos-install.pre:'],
  `    - commands: ['echo "edgeboot-test installs" > /dev/ttyS0']`,
]

describe('edgeboot up with real machines', () => {
  test('two hosts are installed once each, although it is killed during a download, which halts them, and during an installation', async (context) => {
    const { hosts, up, eventsOf, serialLog } = placeFor(context, 'killed', ['edge-1', 'edge-2'])
    const args = ['--user-data', userData('killed', [...POWEROFF, ...SAYS_THAT_IT_INSTALLS]), '--count', '2']

    // Slow enough that the download is under way when the server is killed, and not over: see below.
    const first = up([...args, '--host-bandwidth', '8MB'])
    await first.line(/edge-\d {2}rootfs.* [1-9]\d? ?%/)
    await first.kill()
    const second = up(args)
    // The installer asks for its configuration three times within two seconds and then gives up until it is reset,
    // five minutes later: whoever is killed while a host asks makes this long, and proves nothing.
    await second.line(/edge-\d {2}config$/, 2)
    await second.line(/reports before-install/)
    await second.kill()
    const summary = await summaryOf(up(args))

    const seen = new Map<string, readonly RecordedEvent[]>()
    for (const host of hosts) seen.set(host, await eventsOf(host))
    const told = storyOf(seen) + lastWordsOf(new Map(hosts.map((host) => [host, serialLog(host)])))
    expect(
      summary.hosts.map(({ name, result }) => ({ name, result })),
      told,
    ).toEqual(hosts.map((name) => ({ name, result: 'ready' })))
    // The live system takes the part of the root file system that had arrived for the whole and is reset.
    const isCutOff = ({ type, data }: RecordedEvent) =>
      type === 'host.stalled' && data.rule === 'root-cut-off'
    expect(count([...seen.values()].flat(), isCutOff), told).toBeGreaterThan(0)
    for (const [host, events] of seen) {
      expect(
        count(events, ({ type, data }) => type === 'script.served' && data.action === 'install'),
        told,
      ).toBe(1 + count(events, isCutOff))
      expect(
        count(events, ({ type, data }) => type === 'phase.changed' && data.to === 'config'),
        told,
      ).toBe(1)
      // What the guest itself says is heard also while nothing serves it.
      expect(serialLog(host).match(/edgeboot-test installs/g), told).toHaveLength(1)
      // Both guests come from the same address; the boot id tells their bytes apart.
      const sent = events.filter(({ type, data }) => type === 'artifact.finished' && data.role === 'rootfs')
      expect(new Set(sent.map(({ bootId }) => bootId)).size, told).toBe(1)
    }
    expect(
      count(
        [...seen.values()].flat(),
        ({ type, data }) => type === 'artifact.started' && data.role === 'rootfs',
      ),
      told,
    ).toBeGreaterThan(2)
  })

  test.concurrent('a UEFI host that reboots after its installation boots its disk and is proven by its Local UI', async (context) => {
    const { up, eventsOf } = placeFor(context, 'uefi')
    const args = ['--user-data', userData('uefi', REBOOT), '--firmware', 'uefi', '--ready', 'local-ui']

    const summary = await summaryOf(up(args))

    expect(summary.hosts).toMatchObject([{ result: 'ready', installs: 1 }])
    const events = await eventsOf('edge-1')
    expect(
      count(events, ({ type, data }) => type === 'probe.result' && data.ok && data.probe === 'local-ui'),
    ).toBe(1)
    expect(
      count(
        events,
        ({ type, data }) => type === 'machine.power' && data.state === 'off' && data.cause !== 'unknown',
      ),
    ).toBe(0)
  })

  test.concurrent('a host with stock iPXE gets there by typing, and the request for its script is the proof', async (context) => {
    const { up, eventsOf } = placeFor(context, 'typed')
    const args = [
      '--user-data',
      userData('typed', POWEROFF),
      '--boot',
      'typed',
      '--no-phone-home',
      '--ready',
      'tcp:5080',
    ]

    const summary = await summaryOf(up(args))

    expect(summary.hosts).toMatchObject([{ result: 'ready', installs: 1 }])
    const events = await eventsOf('edge-1')
    expect(count(events, ({ type }) => type === 'host.stage')).toBe(0)
  })
})

describe('edgeboot up refuses before any machine is made', () => {
  test('user-data with a mistake, naming file, line and fix', async () => {
    const dataDirectory = join(directory, 'invalid')
    const file = userData('invalid', ['stages:', '  network:', '    name: no list'])

    const { code, stderr } = await runEdgeboot(['--data-dir', dataDirectory, 'up', iso, '--user-data', file])

    expect(code).toBe(2)
    expect(stderr).toContain(`${file}:3:3`)
    expect((await runEdgeboot(['--data-dir', dataDirectory, '--json', 'host', 'list'])).code).not.toBe(0)
  })

  test('too little memory for the root file system, naming what is needed', async () => {
    const dataDirectory = join(directory, 'memory')
    const file = userData('memory', POWEROFF)

    const args = ['--data-dir', dataDirectory, 'up', iso, '--user-data', file, '--memory', '256MiB']
    const { code, stderr } = await runEdgeboot(args)

    expect(code).toBe(2)
    expect(stderr).toMatch(/needs at least \d+MiB/)
  })
})
