import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { issueAuthority, issueLeaf } from '../../src/adapters/tls-x509/issue.ts'
import { cacheDirectory } from '../../src/app/environment.ts'
import type { Finding } from '../../src/ports/driver-examiner.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-doctor-tls-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function doctor(...args: string[]) {
  const command = [
    'doctor',
    '--no-dhcp-probe',
    '--boot-port',
    '0',
    '--json',
    '--data-dir',
    join(aDirectory(), 'data'),
    ...args,
  ]
  const { stdout, stderr, code } = await runEdgeboot(command)
  const { findings = [] }: { findings?: Finding[] } = stdout === '' ? {} : JSON.parse(stdout)
  return { about: (name: string) => findings.filter((one) => one.name.includes(name)), stderr, code }
}

test('without HTTPS for hosts doctor has one sentence for it', async () => {
  const { about } = await doctor()

  expect(about('HTTPS')).toEqual([
    { name: 'HTTPS for hosts', verdict: 'good', detail: expect.stringMatching(/^off/) },
  ])
})

test('with a certificate doctor says of each client whether it works with it', async () => {
  const directory = aDirectory()
  const leaf = await issueLeaf(await issueAuthority(Date.now()), ['boot.example'], Date.now())
  const [certificate, key] = [join(directory, 'boot.crt'), join(directory, 'boot.key')]
  writeFileSync(certificate, leaf.certificatePem)
  writeFileSync(key, leaf.keyPem)

  const { about } = await doctor('--boot-tls-cert', certificate, '--boot-tls-key', key)

  expect(about('HTTPS for hosts')[0]?.detail).toMatch(/^a certificate of a private authority, valid until 2/)
  expect(about('iPXE 2.0 for UEFI').map(({ verdict }) => verdict)).toEqual(['warning', 'warning'])
  expect(about('HTTPS: iPXE built with TRUST=')[0]?.detail).toMatch(/^works if TRUST= named/)
})

test('a certificate that cannot be used is bad', async () => {
  const { about, code } = await doctor('--boot-tls-cert', '/nowhere.crt', '--boot-tls-key', '/nowhere.key')

  expect(about('HTTPS')).toEqual([
    {
      name: 'HTTPS for hosts',
      verdict: 'bad',
      detail: expect.stringContaining('/nowhere.crt cannot be read'),
    },
  ])
  expect(code).toBe(1)
})

test('an iPXE for Secure Boot without a signature is told of before a host meets it', async () => {
  const folder = aDirectory()
  const place = join(folder, 'x86_64-sb')
  mkdirSync(place)
  for (const name of ['shimx64.efi', 'snponly.efi'])
    copyFileSync(join(cacheDirectory(), 'ipxe', 'snponly.efi'), join(place, name))

  const { about } = await doctor('--ipxe', folder)

  expect(about('signed iPXE for x64')[0]).toMatchObject({
    verdict: 'warning',
    detail: expect.stringContaining('x86_64-sb/shimx64.efi is not signed'),
  })
  expect(about('signed iPXE for arm64')[0]?.verdict).toBe('good')
})
