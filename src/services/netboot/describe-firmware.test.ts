import { expect, test } from 'vitest'
import type { FirmwareImage } from '../../ports/firmware-catalogue.ts'
import { describeFirmware } from './describe-firmware.ts'

const image = (given: Partial<FirmwareImage>): FirmwareImage => ({
  name: 'snponly.efi',
  architecture: 'x64-uefi',
  path: '/fw/snponly.efi',
  bytes: Uint8Array.of(1),
  sha256: '0123456789abcdef'.repeat(4),
  version: '2.0.0+dfsg-5',
  ...given,
})
const catalogueOf = (...images: readonly FirmwareImage[]) => ({
  images: () => images,
  find: (name: string) => images.find((one) => one.name === name),
})

test('says what is handed out, with version and digest, and what is missing', () => {
  const { offered, problems } = describeFirmware(
    catalogueOf(
      image({}),
      image({ name: 'undionly.kpxe', architecture: 'x86-bios', version: undefined as never }),
      image({ name: 'x86_64-sb/snponly.efi', isChosenOnly: true }),
    ),
  )

  expect(offered).toEqual([
    'x86-bios: undionly.kpxe, iPXE of a version it does not show, sha256 0123456789ab…',
    'x64-uefi: snponly.efi, iPXE 2.0.0+dfsg-5, sha256 0123456789ab…',
  ])
  expect(problems).toEqual([
    expect.stringMatching(/^there is no firmware image for arm64-uefi; iPXE 2\.0 is in/),
  ])
})

test('says what an image that is too old cannot', () => {
  const { problems } = describeFirmware(catalogueOf(image({ version: '1.21.1+git' })))
  expect(problems.join()).toContain('snponly.efi is iPXE 1.21.1+git, which does not run autoexec.ipxe')
})
