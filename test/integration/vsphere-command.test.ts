import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-vsphere-command-'))
const userData = join(directory, 'user-data.yaml')
writeFileSync(userData, '#cloud-config\nstylus: { managementMode: local }\ninstall: { poweroff: true }\n')
let iso: string
let lab: LabVcenter

beforeAll(async () => {
  iso = await standInIso()
  lab = await openLabVcenter()
}, 600_000)
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

let count = 0
const upArguments = (document: string, ...args: readonly string[]): readonly string[] => [
  ...[
    '--data-dir',
    join(directory, `data-${++count}`),
    'up',
    iso,
    '--user-data',
    document,
    '--driver',
    'vsphere',
  ],
  ...['--advertise', '10.0.2.2', '--boot-port', '0', '--memory', '1536MiB', ...args],
]
const up = (environment: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  runEdgeboot(upArguments(userData, ...args), environment)

test.each([
  ['GOVC_URL', 'driver.unknown', ['GOVC_URL', 'GOVC_USERNAME', 'GOVC_PASSWORD', '--vsphere-url']],
  ['GOVC_USERNAME', 'usage.invalid', ['GOVC_USERNAME', '--vsphere-user']],
  ['GOVC_PASSWORD', 'usage.invalid', ['GOVC_PASSWORD', '--vsphere-password-file']],
])('without %s it says what to set', async (name, code, remedies) => {
  const ended = await up({ ...lab.environment, [name]: '' })

  expect(ended.code).toBe(2)
  expect(ended.stderr).toContain(`[${code}]`)
  for (const remedy of remedies) expect(ended.stderr).toContain(remedy)
})

test('a vCenter that was never there is told at once, not waited for', async () => {
  const begun = performance.now()

  const { code, stderr } = await up({ ...lab.environment, GOVC_URL: 'https://127.0.0.1:1/sdk' })

  expect(code).toBe(1)
  expect(stderr).toMatch(/127\.0\.0\.1:1 .*\[driver\.unreachable\]/)
  expect(performance.now() - begun).toBeLessThan(15_000)
})

test('an address where somebody listens and says nothing is given up soon', async () => {
  await using silent = createServer((socket) => void socket.on('error', () => undefined).resume())
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as AddressInfo

  const { code, stderr } = await up({ ...lab.environment, GOVC_URL: `https://127.0.0.1:${port}/sdk` })

  expect(code).toBe(1)
  expect(stderr).toContain('[driver.unreachable]')
}, 60_000)

test('a wrong password is tried once, and its text is nowhere', async () => {
  lab.log.clear()

  const { code, stderr } = await up({ ...lab.environment, GOVC_PASSWORD: 'wrong-and-secret' }, '--count', '3')

  expect(code).toBe(2)
  expect(stderr).toContain('driver.login-refused')
  expect(stderr).not.toContain('wrong-and-secret')
  expect(lab.log.count('Login')).toBe(1)
  expect(await lab.machines()).toEqual([])
})

test('places that are not there or not plain are refused with the choices, before anything is made', async () => {
  const { code, stderr } = await up(lab.environment, '--cluster', 'DC0_C9', '--network', 'VM Network')

  expect(code).toBe(2)
  expect(stderr).toContain('DC0_C0')
  expect(await lab.machines()).toEqual([])
})

test('a server whose vCenter is down serves all the same, and says so', async () => {
  const args = ['--data-dir', join(directory, 'serve'), 'serve', '--boot-port', '0', '--control-port', '0']
  const server = startEdgeboot(args, { ...lab.environment, GOVC_URL: 'https://127.0.0.1:1/sdk' })
  try {
    expect(await server.line(/driver vsphere:/)).toContain('cannot be reached')
    await server.line(/control API on/)
  } finally {
    await server.kill()
  }
})

test('what a fleet gives machines as extraConfig is nowhere in the clear: not on the disk, and in nothing that is said', async () => {
  const data = join(directory, 'sealed')
  const fleet = join(directory, 'fleet.yaml')
  const secret = 'q7Xk2mZ9pLw4'
  const machine = { driver: 'vsphere', vsphere: { extraConfig: { 'guestinfo.key': secret } } }
  const profile = { installer: 'one', userData: userData, machine }
  const document = { apiVersion: 'edgeboot/v1', installers: { one: { iso } }, profiles: { store: profile } }
  writeFileSync(fleet, JSON.stringify({ ...document, hosts: [{ name: 'store-1', profile: 'store' }] }))
  const args = [
    '--data-dir',
    data,
    'serve',
    '--boot-port',
    '0',
    '--control-port',
    '0',
    '--log-level',
    'debug',
  ]
  const server = startEdgeboot(args, { ...lab.environment, GOVC_URL: 'https://127.0.0.1:1/sdk' })
  try {
    await server.line(/control API on/)
    const applied = await runEdgeboot(['--data-dir', data, '--json', 'apply', '-f', fleet])
    const shown = await runEdgeboot(['--data-dir', data, '--json', 'host', 'show', 'store-1'])

    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('store-1')])
    expect(shown.stdout).toContain('guestinfo.key')
    expect(applied.stdout + applied.stderr + shown.stdout).not.toContain(secret)
  } finally {
    await server.kill()
  }

  expect((await server.finished).stderr).not.toContain(secret)
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  const holding = files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes(secret))
  expect(files.length).toBeGreaterThan(2)
  expect(holding).toEqual([])
})

test('a server whose password is wrong serves all the same, says so, and has tried it once', async () => {
  lab.log.clear()
  const args = ['--data-dir', join(directory, 'refused'), 'serve', '--boot-port', '0', '--control-port', '0']
  const server = startEdgeboot(args, { ...lab.environment, GOVC_PASSWORD: 'wrong-and-secret' })
  try {
    expect(await server.line(/driver vsphere:/)).not.toContain('wrong-and-secret')
    await server.line(/control API on/)
    expect(lab.log.count('Login')).toBe(1)
  } finally {
    await server.kill()
  }
})

test('up warns, before it switches anything on, of hosts that restart without anybody noticing', async () => {
  const restarting = join(directory, 'restarting.yaml')
  writeFileSync(restarting, '#cloud-config\nstylus: { managementMode: local }\ninstall: { reboot: true }\n')
  lab.log.clear()
  const args = upArguments(restarting, '--no-phone-home', '--cluster', 'DC0_C0', '--network', 'VM Network')
  const running = startEdgeboot(args, lab.environment)
  try {
    expect(await running.line(/does not notice that a machine restarts itself/)).toMatch(
      /install\.poweroff.*phone-home/,
    )
    expect(lab.log.count('PowerOnVM_Task')).toBe(0)
  } finally {
    await running.kill()
  }
})
