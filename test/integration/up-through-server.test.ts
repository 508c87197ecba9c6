import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Control } from '../../src/app/control-connection.ts'
import type { UpOptions } from '../../src/app/up-options.ts'
import { applyThroughServer } from '../../src/app/up-through-server.ts'
import { DesiredFleet } from '../../src/contract/fleet.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-through-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Takes what a server would take, and keeps it. */
function recordingControl() {
  const applied: DesiredFleet[] = []
  const control = {
    fleet: async () => ({ unknownHosts: { policy: 'discover' }, maxParallel: 7 }),
    applyFleet: async (fleet: unknown) => {
      applied.push(DesiredFleet.parse(JSON.parse(JSON.stringify(fleet))))
      return { warnings: [] }
    },
  } as unknown as Control
  return { control, applied }
}

async function optionsFor(given: Partial<UpOptions>): Promise<UpOptions> {
  const userDataPath = join(directory, 'user-data.yaml')
  writeFileSync(userDataPath, '#cloud-config\ninstall:\n  poweroff: true\n  device: /dev/sda\n')
  return {
    isoPath: await standInIso(),
    userDataPath,
    ...{ count: 2, name: 'edge', boot: 'media', firmware: 'uefi', cpus: 8, memoryMiB: 32_768, diskGiB: 300 },
    ...{ driver: 'qemu', machineOptions: {}, ready: 'auto', timeoutMs: 60_000, concurrency: 8 },
    ...{ kernelArgs: { add: [], remove: [] }, phoneHome: true, classic: false },
    ...{ dataDirectory: directory, logLevel: 'warn' },
    ...given,
  }
}

test('up tells a server that runs the same of its machines in vSphere as it would do itself', async () => {
  const { control, applied } = recordingControl()
  const machineOptions = { datastore: 'ds1', secureBoot: 'true', annotation: 'a\nb', 'extraConfig.a.b': 'c' }
  const options = await optionsFor({ driver: 'vsphere', network: '/DC0/network/VM Network', machineOptions })

  const { names, notes } = await applyThroughServer(options, control, AbortSignal.timeout(60_000))

  expect(names).toEqual(['edge-1', 'edge-2'])
  expect(applied[0]?.hosts.map(({ machine }) => machine)).toEqual(
    names.map(() => ({
      ...{ driver: 'vsphere', boot: 'media', firmware: 'uefi', cpus: 8, memoryMiB: 32_768, diskGiB: 300 },
      network: '/DC0/network/VM Network',
      options: machineOptions,
    })),
  )
  expect(applied[0]).toMatchObject({ unknownHosts: { policy: 'discover' }, maxParallel: 7 })
  expect(notes.at(-1)).toBe(
    'the server on this data directory does the work, with its own address, port, vCenter and iPXE',
  )
})

test('of a machine of QEMU it says nothing of a vCenter', async () => {
  const { control, applied } = recordingControl()

  const { notes } = await applyThroughServer(await optionsFor({}), control, AbortSignal.timeout(60_000))

  expect(applied[0]?.hosts[0]?.machine).toMatchObject({ driver: 'qemu', options: {} })
  expect(notes.at(-1)).toContain('with its own address, port and iPXE')
})
