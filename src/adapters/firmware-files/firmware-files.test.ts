import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { readFirmwareFiles } from './firmware-files.ts'

const log = createSilentLog()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
let one: string
let other: string
beforeEach(() => {
  ;[one, other] = [mkdtempSync(join(tmpdir(), 'edgeboot-fw-')), mkdtempSync(join(tmpdir(), 'edgeboot-fw-'))]
})
afterEach(() => {
  for (const directory of [one, other]) rmSync(directory, { recursive: true, force: true })
})

describe('firmware images', () => {
  test('are those of the first folder before the next, in the order of preference', async () => {
    writeFileSync(join(one, 'ipxe.efi'), 'own driver')
    writeFileSync(join(other, 'ipxe.efi'), 'of another folder')
    writeFileSync(join(other, 'snponly.efi'), '\0\x012.0.0+dfsg-5\0')
    writeFileSync(join(other, 'something.efi'), 'nobody knows it')

    const catalogue = await readFirmwareFiles({ directories: [one, other], log })

    expect(catalogue.images().map(({ name }) => name)).toEqual(['snponly.efi', 'ipxe.efi'])
    expect(catalogue.find('snponly.efi')).toMatchObject({ version: '2.0.0+dfsg-5', architecture: 'x64-uefi' })
    expect(catalogue.find('ipxe.efi')).toMatchObject({ sha256: sha256('own driver') })
    expect(catalogue.find('something.efi')).toBeUndefined()
  })

  test('have the digests that their folder is pinned to, or are left out', async () => {
    const sums = [`${sha256('good')}  snponly.efi`, `${sha256('good')}  ipxe.efi`].join('\n')
    writeFileSync(join(one, 'SHA256SUMS'), sums)
    writeFileSync(join(one, 'snponly.efi'), 'good')
    writeFileSync(join(one, 'ipxe.efi'), 'bad')
    writeFileSync(join(one, 'undionly.kpxe'), 'not listed')

    const catalogue = await readFirmwareFiles({ directories: [one], log })

    expect(catalogue.images().map(({ name }) => name)).toEqual(['snponly.efi'])
  })

  test('are files of a size that images have', async () => {
    writeFileSync(join(one, 'snponly.efi'), '')
    mkdirSync(join(one, 'ipxe.efi'))
    writeFileSync(join(one, 'ipxe.pxe'), '')
    truncateSync(join(one, 'ipxe.pxe'), 17 * 1024 * 1024)
    symlinkSync('/nowhere', join(one, 'ipxe.lkrn'))

    expect((await readFirmwareFiles({ directories: [one], log })).images()).toEqual([])
  })

  test('of the signed chain have the name from which the shim finds out what to load', async () => {
    mkdirSync(join(one, 'x86_64-sb'))
    writeFileSync(join(one, 'x86_64-sb', 'shimx64.efi'), 'shim')
    writeFileSync(join(one, 'x86_64-sb', 'snponly.efi'), 'ipxe')

    const catalogue = await readFirmwareFiles({ directories: [one], log })

    expect(catalogue.find('x86_64-sb/snponly-shimx64.efi')).toMatchObject({
      sha256: sha256('shim'),
      isChosenOnly: true,
    })
    expect(catalogue.find('x86_64-sb/snponly.efi')).toMatchObject({ sha256: sha256('ipxe') })
  })
})
