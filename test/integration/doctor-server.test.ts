import { execFile } from 'node:child_process'
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DoctorReport } from '../../src/contract/doctor.ts'
import { openPaletteSimulator } from '../simulators/palette-api.ts'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { type LabServe, serveInLab } from '../support/lab-serve.ts'
import { type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const ARGS = ['--dhcp', 'proxy', '--dhcp-interface', 'br0'] as const

let lab: NetbootLab
beforeAll(async () => {
  lab = await openNetbootLab()
})
afterAll(async () => await lab[Symbol.asyncDispose]())

/** A fleet of one host that nobody switches. */
const fleetOf = (iso: string): string => `apiVersion: edgeboot/v1
unknownHosts: discover
installers:
  stand-in: { iso: ${iso} }
profiles:
  box: { installer: stand-in, userData: { stylus: { managementMode: local } } }
hosts:
  - { name: box, profile: box, match: { mac: "52:54:00:77:05:01" } }
`

function report(serving: LabServe): DoctorReport {
  return JSON.parse(serving.run('doctor', 'server', '--json'))
}

test('a server looks at itself: its port, its fleet, its ISOs, its answers on the network', async () => {
  const iso = join(lab.directory, 'own.iso')
  copyFileSync(await standInIso(), iso)
  await using serving = await serveInLab(lab, ARGS, { data: 'itself' })
  serving.apply(fleetOf(iso))

  const { findings, verdict, at } = report(serving)

  const about = (name: string) => findings.filter((finding) => finding.name === name)
  expect(findings.filter((finding) => finding.verdict === 'bad')).toEqual([])
  expect(verdict).toBe('warning')
  expect(Math.abs(at - Date.now())).toBeLessThan(3_600_000)
  expect(about('boot port')).toEqual([
    { name: 'boot port', verdict: 'good', detail: 'this server listens on 0.0.0.0:8080' },
  ])
  expect(about('data directory')[0]).toMatchObject({
    verdict: 'good',
    detail: expect.stringMatching(/of this server$/),
  })
  expect(about('boot server')[0]).toMatchObject({
    verdict: 'good',
    detail: expect.stringMatching(/ answers$/),
  })
  expect(about('DHCP on br0')).toEqual([
    expect.objectContaining({
      verdict: 'good',
      detail: expect.stringMatching(/^this server answers at 10\.77\.0\.1: boots snponly\.efi/),
    }),
  ])
  expect(about('DHCP and TFTP')[0]?.detail).toMatch(/DHCP \(proxy\): 67 on 10\.77\.0\.1/)
  expect(about('installer stand-in')).toEqual([
    expect.objectContaining({ verdict: 'good', detail: expect.stringMatching(/^kairos, x86_64, kernel /) }),
    expect.objectContaining({ verdict: 'warning', remedy: 'give it with --user-data instead' }),
  ])
  expect(about('memory for stand-in')[0]?.detail).toMatch(/; of 1 host nobody knows$/)

  appendFileSync(iso, 'more')
  expect(report(serving).findings.filter(({ name }) => name === 'installer stand-in')).toContainEqual(
    expect.objectContaining({
      verdict: 'warning',
      detail: `${iso} has changed since this server opened it`,
    }),
  )
})

test('who asks meanwhile gets the same report', async () => {
  await using serving = await serveInLab(lab, ARGS, { data: 'twice' })

  const reports = await Promise.all([1, 2, 3].map(() => ask(serving)))

  expect(new Set(reports.map(({ at }) => at)).size).toBe(1)

  function ask({ process: { pid } }: LabServe): Promise<DoctorReport> {
    const [program = '', ...rest] = [
      ...lab.inServer,
      'sh',
      '-c',
      ASK,
      'sh',
      join(lab.directory, 'twice'),
      `${pid}`,
    ]
    const { promise, resolve, reject } = Promise.withResolvers<DoctorReport>()
    execFile(program, rest, (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))))
    return promise
  }
})
/** The token of the data directory, to the control API itself. */
const ASK = `
token=$(sed 's/.*"token":"\\([^"]*\\)".*/\\1/' "$1/control.json")
exec curl -sf -X POST -H "Authorization: Bearer $token" http://127.0.0.1:8081/api/v1/doctor`

test('a server that asks Palette says whether its key is taken, and never the key', async () => {
  await using simulator = await openPaletteSimulator()
  simulator.addProject('stores', 'Stores')
  const apiKeyFile = join(lab.directory, 'palette.key')
  writeFileSync(apiKeyFile, simulator.apiKey, { mode: 0o600 })
  const place = ['--data-dir', join(lab.directory, 'palette')]
  const palette = ['--palette-endpoint', simulator.url, '--palette-api-key-file', apiKeyFile]
  const server = startEdgeboot([
    ...['serve', '--boot-host', '127.0.0.1', '--boot-port', '0', '--control-port', '0'],
    ...[...place, ...palette, '--palette-project', 'stores'],
  ])
  try {
    await server.line(/Ctrl\+C stops/)
    const ask = async () => await runEdgeboot(['doctor', 'server', '--json', ...place])

    const found = await ask()
    const { findings }: DoctorReport = JSON.parse(found.stdout)
    expect(findings.filter(({ name }) => name.includes('Palette'))).toEqual([
      { name: 'Palette', verdict: 'good', detail: `${simulator.url} answers` },
      { name: 'clock of Palette', verdict: 'good', detail: expect.stringMatching(/apart from ours$/) },
      { name: 'API key of Palette', verdict: 'good', detail: 'is accepted, and may look at edge hosts' },
      { name: 'project in Palette', verdict: 'good', detail: 'stores, Stores' },
    ])
    expect(found.stdout + found.stderr).not.toContain(simulator.apiKey)
  } finally {
    await server.kill()
  }
})
