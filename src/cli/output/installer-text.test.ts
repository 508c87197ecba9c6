import { expect, test } from 'vitest'
import type { InspectedInstaller } from '../../app/installer.ts'
import { formatInstaller } from './installer-text.ts'

const installer: InspectedInstaller = {
  path: '/isos/edge.iso',
  sizeBytes: 106_622_976,
  family: 'kairos',
  volumeLabel: 'COS_LIVE',
  architecture: 'x86_64',
  artifacts: [
    {
      role: 'kernel',
      path: '/boot/kernel',
      sizeBytes: 8_000_000,
      extents: [{ offsetBytes: 4096, lengthBytes: 8_000_000 }],
    },
    {
      role: 'rootfs',
      path: '/rootfs.squashfs',
      sizeBytes: 5_000_000_000,
      extents: [
        { offsetBytes: 8_192_000, lengthBytes: 4_294_965_248 },
        { offsetBytes: 4_303_157_248, lengthBytes: 705_034_752 },
      ],
    },
  ],
  builtInFiles: [{ path: '/files-iso/config.yaml', sizeBytes: 201 }],
  kernelArguments: ['net.ifnames=1', 'selinux=0'],
  warnings: ['/files-iso/config.yaml is not used'],
}

test('an inspected ISO is told with all places of each artifact, arguments, built-in files and warnings', () => {
  expect(formatInstaller(installer)).toBe(`/isos/edge.iso: kairos installer, label COS_LIVE, x86_64, 102 MiB

ARTIFACT  PATH              SIZE     AT BYTE
kernel    /boot/kernel      7.6 MiB  4096
rootfs    /rootfs.squashfs  4.7 GiB  8192000 4303157248

kernel arguments of its own menu: net.ifnames=1 selinux=0
built in: /files-iso/config.yaml (201 B)
warning: /files-iso/config.yaml is not used
`)
})

test('nothing in an ISO can steer the terminal that shows it', () => {
  const steering = '\u001b]0;title\u0007\u202e'
  const text = formatInstaller({
    ...installer,
    volumeLabel: steering,
    kernelArguments: [steering],
    builtInFiles: [{ path: `/${steering}`, sizeBytes: 1 }],
    warnings: [steering],
  })

  expect(text).not.toMatch(/[\u001b\u0007\u202e]/)
})
