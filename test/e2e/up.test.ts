import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/domain/event.ts'
import type { UpSummary } from '../../src/domain/summary.ts'
import { type EdgebootProcess, runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-e2e-'))
const running = new Set<EdgebootProcess>()
let iso: string

beforeAll(async () => {
  iso = await standInIso()
})

/** Machines outlive the command that made them, so each test that makes some names them here. */
const made: { dataDirectory: string; hosts: readonly string[] }[] = []
afterEach(async () => {
  for (const process of running) await process.kill()
  running.clear()
  for (const { dataDirectory, hosts } of made.splice(0)) {
    for (const host of hosts)
      await runEdgeboot(['--data-dir', dataDirectory, 'host', 'delete', host, '--yes'])
  }
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function userData(name: string, lines: readonly string[]): string {
  const path = join(directory, `${name}.yaml`)
  writeFileSync(path, ['#cloud-config', ...lines, ''].join('\n'))
  return path
}

function up(dataDirectory: string, args: readonly string[]): EdgebootProcess {
  const size = [
    '--cpus',
    '2',
    '--memory',
    '1536MiB',
    '--disk',
    '10GiB',
    '--boot-port',
    '0',
    '--timeout',
    '14m',
  ]
  const started = startEdgeboot(['--data-dir', dataDirectory, '--json', 'up', iso, ...size, ...args])
  running.add(started)
  void started.finished.then(() => running.delete(started))
  return started
}

async function summaryOf(started: EdgebootProcess): Promise<UpSummary> {
  const { code, stdout, stderr } = await started.finished
  expect(code, stderr.slice(-4000)).toBe(0)
  return JSON.parse(stdout)
}

async function eventsOf(dataDirectory: string, host: string): Promise<readonly RecordedEvent[]> {
  const { stdout } = await runEdgeboot(['--data-dir', dataDirectory, '--json', 'host', 'show', host])
  return JSON.parse(stdout).events
}

function count(events: readonly RecordedEvent[], test: (event: RecordedEvent) => boolean): number {
  return events.filter(test).length
}

const POWEROFF = ['stylus:', '  managementMode: local', 'install:', '  poweroff: true']
const REBOOT = ['stylus:', '  managementMode: local', 'install:', '  reboot: true']

describe('edgeboot up with real machines', () => {
  test('two hosts are installed once each, although it is killed during a download and during an installation', async () => {
    const dataDirectory = join(directory, 'killed')
    const hosts = ['edge-1', 'edge-2']
    made.push({ dataDirectory, hosts })
    const args = ['--user-data', userData('killed', POWEROFF), '--count', '2']

    const first = up(dataDirectory, args)
    await first.line(/edge-\d {2}rootfs/)
    await first.kill()
    const second = up(dataDirectory, args)
    await second.line(/reports before-install/)
    await second.kill()
    const summary = await summaryOf(up(dataDirectory, args))

    expect(summary.hosts.map(({ name, result, installs }) => ({ name, result, installs }))).toEqual(
      hosts.map((name) => ({ name, result: 'ready', installs: 1 })),
    )
    for (const host of hosts) {
      const events = await eventsOf(dataDirectory, host)
      expect(count(events, ({ type, data }) => type === 'script.served' && data.action === 'install')).toBe(1)
      expect(
        count(events, ({ type, data }) => type === 'host.stage' && data.stage === 'kairos-install.pre'),
      ).toBeLessThan(2)
      // Both guests come from the same address; the boot id tells their bytes apart.
      const sent = events.filter(({ type, data }) => type === 'artifact.finished' && data.role === 'rootfs')
      expect(new Set(sent.map(({ bootId }) => bootId)).size).toBe(1)
    }
    const interrupted = (await Promise.all(hosts.map((host) => eventsOf(dataDirectory, host)))).flat()
    expect(
      count(interrupted, ({ type, data }) => type === 'artifact.started' && data.role === 'rootfs'),
    ).toBeGreaterThan(2)
  })

  test('a UEFI host that reboots after its installation boots its disk and is proven by its Local UI', async () => {
    const dataDirectory = join(directory, 'uefi')
    made.push({ dataDirectory, hosts: ['edge-1'] })
    const args = ['--user-data', userData('uefi', REBOOT), '--firmware', 'uefi', '--ready', 'local-ui']

    const summary = await summaryOf(up(dataDirectory, args))

    expect(summary.hosts).toMatchObject([{ result: 'ready', installs: 1 }])
    const events = await eventsOf(dataDirectory, 'edge-1')
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

  test('a host with stock iPXE gets there by typing, and the request for its script is the proof', async () => {
    const dataDirectory = join(directory, 'typed')
    made.push({ dataDirectory, hosts: ['edge-1'] })
    const args = [
      '--user-data',
      userData('typed', POWEROFF),
      '--boot',
      'typed',
      '--no-phone-home',
      '--ready',
      'tcp:5080',
    ]

    const summary = await summaryOf(up(dataDirectory, args))

    expect(summary.hosts).toMatchObject([{ result: 'ready', installs: 1 }])
    const events = await eventsOf(dataDirectory, 'edge-1')
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
