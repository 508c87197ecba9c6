import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { issueAuthority, issueLeaf } from '../../src/adapters/tls-x509/issue.ts'
import { cacheDirectory } from '../../src/app/environment.ts'
import { netbootAbilities } from '../../src/app/netboot-abilities.ts'

const IPXE = join(cacheDirectory(), 'ipxe')
const UNSIGNED = { architecture: 'x64', isApplication: true, isSigned: false }

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeboot-signed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function aTls() {
  const authority = await issueAuthority(Date.now())
  const leaf = await issueLeaf(authority, ['boot.example'], Date.now())
  const certificate = {
    ...leaf,
    authorityPem: authority.certificatePem,
    fingerprint: '',
    expiresAt: 0,
    isNew: true,
  }
  return { certificate, kind: 'private-authority', port: 0 } as const
}

test('the iPXE of the distribution does not trust an authority of ours, and is not signed', async () => {
  const abilities = await netbootAbilities([IPXE], await aTls())

  expect(abilities).toEqual({
    certificate: 'private-authority',
    ipxeTrustsAuthority: false,
    signed: { x64: {}, arm64: {} },
  })
})

test('nor one of yours, whether it is sent along or not, unless it was built with it', async () => {
  const { certificate, kind, port } = await aTls()
  const { authorityPem, ...given } = certificate
  const tls = { certificate: given, kind, port }
  const folder = aFolder()
  const image = join(folder, 'ipxe.efi')
  const trusts = async () => (await netbootAbilities([folder], tls)).ipxeTrustsAuthority

  expect((await netbootAbilities([IPXE], tls)).ipxeTrustsAuthority).toBe(false)
  writeFileSync(image, 'built with an authority that nobody sent along')
  expect(await trusts()).toBe('unknown')
  const fingerprint = new X509Certificate(authorityPem).fingerprint256.replaceAll(':', '')
  writeFileSync(image, Buffer.concat([Buffer.from('iPXE'), Buffer.from(fingerprint, 'hex')]))
  expect(await trusts()).toBe('unknown')
  tls.certificate.certificatePem += authorityPem
  expect(await trusts()).toBe(true)
})

test('without an authority of ours nothing is claimed of what iPXE trusts', async () => {
  expect((await netbootAbilities([IPXE], undefined)).ipxeTrustsAuthority).toBe('unknown')
  expect((await netbootAbilities([aFolder()], await aTls())).ipxeTrustsAuthority).toBe('unknown')
})

test('files are found where the release puts them, unpacked with its folder or without', async () => {
  for (const inside of ['', 'ipxeboot']) {
    const folder = aFolder()
    const place = join(folder, inside, 'x86_64-sb')
    mkdirSync(place, { recursive: true })
    copyFileSync(join(IPXE, 'snponly.efi'), join(place, 'snponly.efi'))
    writeFileSync(join(place, 'shimx64.efi'), 'no EFI file')

    const { signed } = await netbootAbilities([folder], undefined)

    expect(signed).toEqual({ x64: { shim: 'unreadable', next: UNSIGNED }, arm64: {} })
  }
})
