import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Simulation } from '../../src/domain/simulation/simulation.ts'
import { startServing } from '../support/dashboard/serving.ts'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

async function simulate(
  serverUrl: string,
  ...args: string[]
): Promise<{ code: number | null; seen: Simulation }> {
  const { code, stdout, stderr } = await runEdgeboot([
    '--json',
    'simulate',
    '--server-url',
    serverUrl,
    ...args,
  ])
  expect(stdout, stderr).toMatch(/^\{/)
  return { code, seen: JSON.parse(stdout) }
}

describe('edgeboot simulate', () => {
  test('boots hosts from a server of one ISO, over broken connections too, and counts every byte', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'edgeboot-simulate-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const userData = join(directory, 'user-data.yaml')
    writeFileSync(userData, '#cloud-config\nstylus: { managementMode: local }\ninstall: { poweroff: true }\n')
    const iso = await standInIso()
    const args = ['--user-data', userData, '--boot-host', '127.0.0.1', '--boot-port', '0']
    const serving = startEdgeboot(['serve', iso, ...args])
    onTestFinished(() => serving.kill())
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await serving.line(/palette\.ipxe/))?.[0] ?? ''
    const inspected = await runEdgeboot(['--json', 'installer', 'inspect', iso])
    const sizes = new Map<string, number>(
      JSON.parse(inspected.stdout).artifacts.map(
        ({ role, sizeBytes }: { role: string; sizeBytes: number }) => [role, sizeBytes],
      ),
    )

    const { code, seen } = await simulate(url, '--hosts', '4', '--break-off', '50', '--within', '1s')

    expect(code).toBe(0)
    expect(seen).toMatchObject({ hosts: 4, installed: 4, refused: 0, failed: 0, reasons: [] })
    expect(seen.requests.kernel?.bytes).toBe(4 * (sizes.get('kernel') ?? 0))
    expect(seen.requests.initrd?.bytes).toBe(4 * (sizes.get('initrd') ?? 0))
    // Two broke off and went on where they were: no byte twice.
    expect(seen.requests.rootfs).toMatchObject({ count: 6, failed: 0, bytes: 4 * (sizes.get('rootfs') ?? 0) })
  })

  test('makes hosts of a fleet that lets strangers in, up to their first boot from disk', async () => {
    await using serving = await startServing()
    await serving.apply('  []', 'unknownHosts: profile:store')

    const { code, seen } = await simulate(serving.bootUrl, '--hosts', '3')
    const hosts = await serving.api<{ items: { phase: string; stage?: string }[] }>('GET', '/hosts')

    expect(code).toBe(0)
    expect(seen.requests.report).toMatchObject({ count: 9, failed: 0 })
    expect(hosts.items.map(({ phase, stage }) => [phase, stage])).toEqual(
      Array.from({ length: 3 }, () => ['ready', 'disk-boot']),
    )
  })

  test('takes as long as the bandwidth of the server makes it, and says when hosts were ready', async () => {
    const bytesPerSecond = 100_000_000
    await using serving = await startServing([], { EDGEBOOT_BANDWIDTH: '800Mbit' })
    await serving.apply('  []', 'unknownHosts: profile:store')

    const { code, seen } = await simulate(serving.bootUrl, '--hosts', '2', '--install-time', '1s')

    expect(code).toBe(0)
    const { kernel, initrd, rootfs } = seen.requests
    const bytes = (kernel?.bytes ?? 0) + (initrd?.bytes ?? 0) + (rootfs?.bytes ?? 0)
    // Besides what comes in meanwhile there is one burst of a twentieth of a second.
    expect(bytes).toBeLessThanOrEqual(bytesPerSecond * (seen.wallMs / 1000 + 0.05))
    expect(seen.boot?.p50).toBeGreaterThanOrEqual(1000)
    expect(seen.boot?.mean).toBeLessThanOrEqual(seen.boot?.max ?? 0)
  })

  test('says why nobody got an installer, and ends with 1', async () => {
    await using serving = await startServing()
    await serving.apply('  []')

    const { code, seen } = await simulate(serving.bootUrl, '--hosts', '2')

    expect(code).toBe(1)
    expect(seen).toMatchObject({ installed: 0, refused: 2, reasons: [{ hosts: 2 }] })
    expect(seen.reasons[0]?.reason).toContain('define it')
  })
})
