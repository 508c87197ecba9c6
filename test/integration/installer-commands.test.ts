import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-installer-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const data = ['--data-dir', join(directory, 'data'), '--json']
let iso: string
beforeAll(async () => {
  iso = await standInIso()
})

describe('edgeboot installer', () => {
  test('inspect tells everything about an ISO as one document', async () => {
    const { code, stdout } = await runEdgeboot(['--json', 'installer', 'inspect', iso, '--digest'])

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      family: 'kairos',
      volumeLabel: 'COS_LIVE',
      architecture: 'x86_64',
      artifacts: ['kernel', 'initrd', 'rootfs'].map((role) => ({
        role,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        extents: [{ offsetBytes: expect.any(Number) }],
      })),
    })
  })

  test('add verifies the checksum beside the ISO, list shows it, remove forgets it', async () => {
    const added = await runEdgeboot([...data, 'installer', 'add', iso, '--name', 'stand-in'])
    const listed = await runEdgeboot([...data, 'installer', 'list'])
    const removed = await runEdgeboot([...data, 'installer', 'remove', 'stand-in'])
    const again = await runEdgeboot([...data, 'installer', 'remove', 'stand-in'])

    expect(JSON.parse(added.stdout)).toMatchObject({
      name: 'stand-in',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(JSON.parse(listed.stdout).installers).toMatchObject([{ name: 'stand-in' }])
    expect(removed.code).toBe(0)
    expect(again.code).toBe(2)
    expect(statSync(iso).isFile()).toBe(true)
  })

  test('an ISO that is not the one its checksum file speaks of is refused', async () => {
    const copy = join(directory, 'copy.iso')
    copyFileSync(iso, copy)
    writeFileSync(`${copy}.sha256`, `SHA256 (copy.iso) = ${'0'.repeat(64)}\n`)

    const { code, stdout } = await runEdgeboot([...data, 'installer', 'add', copy])

    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.code).toBe('installer.digest-mismatch')
  })

  test('export writes the classic folder once, and overwrites nothing that differs', async () => {
    const out = join(directory, 'classic')
    const userData = join(directory, 'config.yaml')
    writeFileSync(userData, '#cloud-config\ninstall:\n  poweroff: true\n')
    const args = [
      'installer',
      'export',
      iso,
      out,
      '--server-url',
      'http://192.0.2.1:8080',
      '--user-data',
      userData,
    ]

    const first = await runEdgeboot(args)
    const second = await runEdgeboot(args)
    const kernelText = new TextDecoder('latin1').decode(
      readFileSync(join(out, 'palette-kernel')).subarray(0x202, 0x206),
    )
    writeFileSync(join(out, 'config.yaml'), 'changed')
    const third = await runEdgeboot(args)

    expect([first.code, second.code, third.code]).toEqual([0, 0, 2])
    expect(readdirSync(out).toSorted()).toEqual([
      'config.yaml',
      'palette-initrd',
      'palette-kernel',
      'palette.ipxe',
      'palette.squashfs',
    ])
    expect(kernelText).toBe('HdrS')
    expect(readFileSync(join(out, 'config.yaml'), 'utf8')).toBe('changed')
    expect(readFileSync(join(out, 'palette.ipxe'), 'utf8')).toContain(
      'root=live:http://192.0.2.1:8080/palette.squashfs',
    )
  })
})
