import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../src/domain/doctor/finding.ts'
import { serveInLab } from '../support/lab-serve.ts'
import { LAB, lineOf, type NetbootLab, openNetbootLab } from '../support/netboot-lab.ts'
import { PROGRAM } from '../support/program.ts'

const PXE = ['--dhcp-range=10.77.0.0,proxy', '--pxe-service=X86-64_EFI,Install,other.efi']

let lab: NetbootLab
beforeAll(async () => {
  lab = await openNetbootLab()
})
afterAll(async () => await lab[Symbol.asyncDispose]())

/** What the doctor finds on the machine of Edgeboot of who answers on its first network. */
async function doctor({ data = 'none', before = [] }: { data?: string; before?: readonly string[] } = {}) {
  const args = ['doctor', '--json', '--dhcp-interface', 'br0', '--data-dir', join(lab.directory, data)]
  const [program = '', ...rest] = [...lab.inServer, ...before, process.execPath, PROGRAM, ...args]
  const { promise, resolve } = Promise.withResolvers<{ stdout: string; stderr: string; code: unknown }>()
  execFile(program, rest, (error, stdout, stderr) => resolve({ stdout, stderr, code: error?.code ?? 0 }))
  const { stdout, stderr, code } = await promise
  const { findings }: { findings: readonly Finding[] } = JSON.parse(stdout)
  return { code, stderr, findings, heard: findings.filter(({ name }) => name === 'DHCP on br0') }
}

/** dnsmasq on the site's machine until it is disposed. */
async function siteDnsmasq(...args: readonly string[]): Promise<AsyncDisposable> {
  const [program = '', ...rest] = [
    ...lab.client,
    ...['dnsmasq', '--no-daemon', '--conf-file=/dev/null', '--port=0', '--log-dhcp', '--no-ping'],
    ...[`--listen-address=${LAB.site}`, '--bind-interfaces'],
    `--dhcp-leasefile=${join(lab.directory, 'leases')}`,
    ...args,
  ]
  const child = lab.start(program, rest)
  const closed = once(child, 'close')
  await lineOf(child, /started, version/)
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

const LEASES = '--dhcp-range=10.77.0.100,10.77.0.199,255.255.255.0,1h'

test('where nobody answers, hosts get no address', async () => {
  const { heard, stderr } = await doctor()

  expect(heard).toEqual([
    {
      name: 'DHCP on br0',
      verdict: 'warning',
      detail: 'no DHCP or PXE server answered within 5 s',
      remedy: expect.stringContaining('need a DHCP server'),
    },
  ])
  expect(stderr).toMatch(/^looking at other DHCP and PXE servers … \d+ s$/m)
})

test('the DHCP server of a site is heard, and no address of it is taken', async () => {
  await using _site = await siteDnsmasq(LEASES)

  const { heard } = await doctor()

  expect(heard).toEqual([
    {
      name: 'DHCP on br0',
      verdict: 'good',
      detail: expect.stringMatching(
        /^DHCP server 10\.77\.0\.2 offers 10\.77\.0\.1\d\d; it says nothing of what to boot$/,
      ),
    },
  ])
  expect(readFileSync(join(lab.directory, 'leases'), 'utf8')).toBe('')
})

test('a DHCP server that sends firmware elsewhere is told of with where', async () => {
  await using _site = await siteDnsmasq(LEASES, '--dhcp-boot=boot/other.efi,pxe,10.77.0.9')

  const { heard } = await doctor()

  expect(heard).toEqual([
    expect.objectContaining({
      verdict: 'warning',
      detail: expect.stringMatching(
        /boots boot\/other\.efi on (pxe|10\.77\.0\.9): it sends firmware elsewhere$/,
      ),
    }),
  ])
})

test('one that names this computer is as it should be', async () => {
  await using _site = await siteDnsmasq(
    LEASES,
    `--dhcp-option-force=66,${LAB.server}`,
    `--dhcp-boot=snponly.efi,,${LAB.server}`,
  )

  const { heard } = await doctor()

  expect(heard).toEqual([
    expect.objectContaining({ verdict: 'good', detail: expect.stringMatching(/which is this computer$/) }),
  ])
})

test('another PXE server lures hosts, and beside a server of ours it is a conflict', async () => {
  await using _site = await siteDnsmasq(...PXE)

  const alone = await doctor()
  expect(alone.heard).toEqual([
    expect.objectContaining({
      verdict: 'warning',
      detail: expect.stringMatching(/^PXE server 10\.77\.0\.2 answers without addresses/),
    }),
  ])

  await using serving = await serveInLab(lab, ['--dhcp', 'proxy', '--dhcp-interface', 'br0'], { data: 'own' })
  serving.apply('apiVersion: edgeboot/v1\nunknownHosts: discover\n')
  const both = await doctor({ data: 'own' })
  expect(both.heard).toEqual(
    expect.arrayContaining([
      {
        name: 'DHCP on br0',
        verdict: 'good',
        detail: expect.stringMatching(/^this server answers at 10\.77\.0\.1: boots snponly\.efi/),
      },
      expect.objectContaining({
        verdict: 'bad',
        detail: expect.stringMatching(/^conflict: PXE server 10\.77\.0\.2/),
      }),
    ]),
  )
  expect(both.heard).toHaveLength(2)
  expect(both.code).toBe(1)
  const named = both.findings.find(({ name }) => name === 'boot server')
  expect(named).toEqual({ name: 'boot server', verdict: 'good', detail: 'http://10.77.0.1:8080 answers' })
})

test('who may not use port 68 is told how to', async () => {
  const before = ['setpriv', '--bounding-set=-net_bind_service', '--inh-caps=-net_bind_service']

  const { findings } = await doctor({ before })

  expect(findings.find(({ name }) => name === 'other DHCP and PXE servers')).toEqual({
    name: 'other DHCP and PXE servers',
    verdict: 'warning',
    detail: 'could not be asked for: UDP port 68 may not be used by this user',
    remedy: expect.stringContaining('CAP_NET_BIND_SERVICE'),
  })
})
