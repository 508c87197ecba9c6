import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openDrivers } from '../../src/app/open-drivers.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-'))
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string, mode = 0o600): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode })
  return path
}

const NOTHING = { GOVC_URL: '', GOVC_USERNAME: '', GOVC_PASSWORD: '', EDGEBOOT_VSPHERE_URL: '' }
/** Opens the drivers, finds no host and ends. */
const touch = (...args: readonly string[]) => [
  ...['--data-dir', join(directory, 'data'), 'host', 'delete', 'nobody', '--yes'],
  ...args,
]

test('an option of vSphere is wrong usage with another driver', async () => {
  const iso = file('x.iso', '')

  const { code, stderr } = await runEdgeboot(['up', iso, '--user-data', iso, '--datastore', 'ds1'], NOTHING)

  expect([code, stderr]).toEqual([2, expect.stringContaining('--datastore is nothing that driver qemu')])
})

test('--insecure is said aloud', async () => {
  const { stderr } = await runEdgeboot(touch('--insecure'), NOTHING)

  expect(stderr).toMatch(/^WARNING: --insecure: /m)
  expect(stderr).toContain('there is no host nobody')
})

test.each<[string, () => readonly string[], RegExp]>([
  [
    'a password file that others may read',
    () => ['--vsphere-password-file', file('open', 'hunter2', 0o644)],
    /mode 0644\); do chmod 600/,
  ],
  ['half a thumbprint', () => ['--vsphere-thumbprint', 'AA:BB'], /--vsphere-thumbprint: expected the SHA-1/],
  ['a password in the URL', () => ['--vsphere-url', 'u:hunter2@vcenter'], /--vsphere-url holds a password/],
])('%s is refused before anything is begun, and no secret is told', async (_, args, message) => {
  const env = { ...NOTHING, GOVC_URL: 'u@vcenter', GOVC_PASSWORD: 'hunter2' }

  const { code, stderr } = await runEdgeboot(touch(...args()), env)

  expect(code).toBe(2)
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('hunter2')
})

test('variables of govc that lack something are no obstacle to those who need no vSphere', async () => {
  const { stderr } = await runEdgeboot(touch(), { ...NOTHING, GOVC_URL: 'vcenter.example.com' })

  expect(stderr).toContain('there is no host nobody')
})

test('whoever needs vSphere is told what they lack, and that nothing is checked', async () => {
  const options = {
    ...{ machinesDirectory: join(directory, 'machines'), vsphereDirectory: join(directory, 'vsphere') },
    ...{ owner: 'o', clock: createFakeClock(), log: createSilentLog() },
  }
  const told: string[] = []
  const tell = (text: string) => void told.push(text)
  vi.stubEnv('GOVC_URL', 'vcenter.example.com')
  vi.stubEnv('GOVC_USERNAME', '')
  {
    await using drivers = await openDrivers({ ...options, tell })

    expect(drivers.kinds).toEqual(['qemu'])
    expect(() => drivers.of('vsphere')).toThrow('no user for vcenter.example.com:443: set GOVC_USERNAME')
  }
  for (const name of ['GOVC_USERNAME', 'GOVC_PASSWORD', 'GOVC_INSECURE']) vi.stubEnv(name, '1')
  await using drivers = await openDrivers({ ...options, tell })

  expect(drivers.of('qemu').kind).toBe('qemu')
  expect(told).toEqual([])
  for (const _again of [1, 2]) expect(drivers.of('vsphere').kind).toBe('vsphere')
  expect(told).toEqual([
    expect.stringContaining('WARNING: GOVC_INSECURE: the certificate of the vCenter is not'),
  ])
})
