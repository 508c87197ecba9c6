import { mkdirSync, mkdtempDisposableSync, utimesSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CleanedFile } from '../../src/app/clean-media.ts'
import { type Finding, vsphereRole } from '../../src/app/doctor.ts'
import { openLabClient } from '../lab/vcenter/lab-client.ts'
import { createLabMachine } from '../lab/vcenter/lab-machine-spec.ts'
import { type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { runEdgeboot, startEdgeboot } from '../support/edgeboot-process.ts'

const DIGEST = '0123456789abcdef'
const PLACES = ['--cluster', 'DC0_C0', '--datastore', 'LocalDS_0', '--network', 'VM Network']

let lab: LabVcenter
let port: number
beforeAll(async () => {
  port = await freePort()
  lab = await openLabVcenter({ datastores: 2 })
})
afterAll(() => lab?.[Symbol.asyncDispose]())
beforeEach(() => {
  lab.privileges.allowAll()
  lab.log.clear()
})

/** One that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using server = createServer().listen(0, () => resolve())
  await promise
  return (server.address() as AddressInfo).port
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv = lab.environment) {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-doctor-'))
  const { code, stdout, stderr } = await runEdgeboot(
    ['--json', '--data-dir', join(directory.path, 'data'), ...args],
    { ...env, EDGEBOOT_BOOT_PORT: String(port), EDGEBOOT_NO_DHCP_PROBE: 'true' },
  )
  return { code, stderr, document: JSON.parse(stdout) }
}

/** What may differ from computer to computer. */
const OF_THIS_COMPUTER = ['acceleration', 'address for hosts', 'firewall']
const notGood = ({ document }: { document: { findings: Finding[] } }) =>
  document.findings.filter(({ name, verdict }) => verdict !== 'good' && !OF_THIS_COMPUTER.includes(name))

describe('doctor', () => {
  const vsphere = ['doctor', '--driver', 'vsphere', ...PLACES]

  test('finds all in order, with the least role', async () => {
    lab.privileges.allowOnly(...vsphereRole().privileges)

    const found = await run([...vsphere, '--advertise', '192.0.2.10'])

    expect(notGood(found)).toEqual([])
    expect(found.code).toBe(0)
    expect(lab.openSessions).toBe(0)
    const named = found.document.findings.map(({ name }: Finding) => name)
    expect(named).toEqual(expect.arrayContaining(vsphereRole().privileges.map((id) => `privilege ${id}`)))
  })

  test('names the privilege that is missing, and the address that nobody reaches', async () => {
    lab.privileges.deny('Network.Assign', 'VirtualMachine.Interact.CreateScreenshot')

    const found = await run([...vsphere, '--advertise', '127.0.0.1'])

    expect(notGood(found)).toMatchObject([
      { name: 'privilege VirtualMachine.Interact.CreateScreenshot', verdict: 'warning' },
      {
        name: 'privilege Network.Assign',
        verdict: 'bad',
        detail: expect.stringContaining('/DC0/network/VM Network'),
      },
      { name: 'server address', verdict: 'bad' },
    ])
    expect([found.code, found.document.verdict]).toEqual([1, 'bad'])
  })

  test('tells a wrong password once, and not the password', async () => {
    const found = await run(vsphere, { ...lab.environment, GOVC_PASSWORD: 'hunter2-wrong' })

    expect(notGood(found)).toMatchObject([
      { name: 'vSphere', detail: expect.stringContaining('InvalidLogin') },
    ])
    expect(found.code).toBe(1)
    expect(lab.log.count('Login')).toBe(1)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  test('needs to know which vCenter', async () => {
    const { code, document } = await run(vsphere, {})

    expect([code, document.error.code]).toEqual([2, 'usage.invalid'])
  })

  test('says who has the port', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await using server = createServer().listen(port, () => resolve())
    await promise

    const found = await run(['doctor'])

    expect(server.listening).toBe(true)
    expect(notGood(found)).toMatchObject([
      { name: 'boot port', verdict: 'bad', detail: expect.stringContaining(`(pid ${process.pid})`) },
    ])
  })
})

test('a server of which no host goes there looks whether there is somebody to talk to, and no further', async () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'edgeboot-doctor-'))
  const place = ['--data-dir', join(directory.path, 'data')]
  const ports = ['--boot-host', '127.0.0.1', '--boot-port', '0', '--control-port', '0']
  const server = startEdgeboot(['serve', ...ports, ...place], lab.environment)
  try {
    await server.line(/Ctrl\+C stops/)

    const { stdout, stderr } = await runEdgeboot(['doctor', 'server', '--json', ...place])

    const findings: Finding[] = JSON.parse(stdout).findings
    const named = findings.map(({ name }) => name)
    expect(named).toEqual(expect.arrayContaining(['server', 'login', 'version', 'clock']))
    expect(named).not.toContain('places')
    expect(findings.find(({ name }) => name === 'login')?.verdict).toBe('good')
    expect(stdout + stderr).not.toContain(lab.environment['GOVC_PASSWORD'])
  } finally {
    await server.kill()
  }
})

describe('media clean', () => {
  const files = () =>
    lab
      .files('LocalDS_0')
      .map(({ path }) => path)
      .filter((path) => path.startsWith('edgeboot/'))

  test('removes what no machine uses, says so, and can only look', async () => {
    const directory = join(
      lab.datastores.find(({ name }) => name === 'LocalDS_0')?.directory ?? '',
      'edgeboot',
    )
    mkdirSync(directory, { recursive: true })
    const longAgo = new Date(Date.now() - 3 * 86_400_000)
    for (const name of [
      `used-${DIGEST}.iso`,
      `unused-${DIGEST}.iso`,
      'other.iso',
      `x-${DIGEST}.iso.part-0f`,
    ]) {
      writeFileSync(join(directory, name), 'x'.repeat(1000))
      utimesSync(join(directory, name), longAgo, longAgo)
    }
    using client = await openLabClient(lab)
    await client.login()
    const [folder, pool] = [await client.find('/DC0/vm'), await client.find('/DC0/host/DC0_C0/Resources')]
    await client.callTask(
      createLabMachine(folder, pool, { name: 'theirs', iso: `[LocalDS_0] edgeboot/used-${DIGEST}.iso` }),
    )
    lab.privileges.allowOnly(...vsphereRole().privileges)
    const all = files()

    const looked = await run(['media', 'clean', '--dry-run'])
    expect(looked.document.files.map(({ outcome }: CleanedFile) => outcome)).toEqual([
      'kept',
      'unused',
      'kept',
      'unused',
    ])
    expect(files()).toEqual(all)

    const cleaned = await run(['media', 'clean'])
    expect(cleaned.document.files).toEqual([
      {
        place: '[LocalDS_0] edgeboot/other.iso',
        bytes: 1000,
        outcome: 'kept',
        reason: 'its name is none of ours',
      },
      {
        place: `[LocalDS_0] edgeboot/unused-${DIGEST}.iso`,
        bytes: 1000,
        outcome: 'removed',
        reason: 'no machine uses it',
      },
      {
        place: `[LocalDS_0] edgeboot/used-${DIGEST}.iso`,
        bytes: 1000,
        outcome: 'kept',
        reason: 'used by theirs',
      },
      {
        place: `[LocalDS_0] edgeboot/x-${DIGEST}.iso.part-0f`,
        bytes: 1000,
        outcome: 'removed',
        reason: 'left over from an upload',
      },
    ])
    expect([cleaned.code, files()]).toEqual([0, ['edgeboot/other.iso', `edgeboot/used-${DIGEST}.iso`]])
  })

  test('says aloud that nobody checks the certificate', async () => {
    const { stderr } = await run(['media', 'clean', '--dry-run'], { ...lab.environment, GOVC_INSECURE: '1' })

    expect(stderr).toContain('WARNING: GOVC_INSECURE: the certificate of the vCenter is not checked')
  })

  test('names the privilege it lacks, and ends with 1', async () => {
    lab.privileges.deny('Datastore.Browse')

    const { code, document } = await run(['media', 'clean', '--datastore', 'LocalDS_0'])

    expect(code).toBe(1)
    expect(document.files).toMatchObject([
      {
        place: '[LocalDS_0] edgeboot',
        outcome: 'failed',
        reason: expect.stringContaining('Datastore.Browse'),
      },
    ])
  })
})
