import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cacheDirectory } from '../../src/app/environment.ts'
import { parseEfiFile } from '../../src/codec/pe/parse-efi-file.ts'
import { runEdgeboot } from '../support/edgeboot-process.ts'
import { standInIso } from '../support/stand-in-iso.ts'

/** OVMF with the keys of Microsoft enrolled and Secure Boot on, of Debian's package ovmf. */
const CODE = '/usr/share/OVMF/OVMF_CODE_4M.ms.fd'
const VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'
const IPXE = join(cacheDirectory(), 'ipxe', 'ipxe-amd64.efi')
const TEST_MS = 240_000

/** What the firmware says on its serial console, up to the text that is waited for. */
async function readConsole(efiFile: string, until: RegExp): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-secure-boot-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const disk = join(directory, 'disk')
  mkdirSync(join(disk, 'EFI', 'BOOT'), { recursive: true })
  copyFileSync(efiFile, join(disk, 'EFI', 'BOOT', 'BOOTX64.EFI'))
  copyFileSync(VARIABLES, join(directory, 'variables.fd'))
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg', '-machine', 'q35,smm=on', '-cpu', 'max', '-m', '512', '-display', 'none'],
      ...['-global', 'driver=cfi.pflash01,property=secure,value=on', '-serial', 'stdio', '-net', 'none'],
      ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${CODE}`],
      ...['-drive', `if=pflash,format=raw,unit=1,file=${join(directory, 'variables.fd')}`],
      ...['-drive', `format=raw,file=fat:rw:${disk}`],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const ended = once(child, 'exit')
  let text = ''
  for await (const piece of child.stdout.setEncoding('utf8')) {
    text += piece
    if (until.test(text)) break
  }
  child.kill('SIGKILL')
  await ended
  return text
}

test(
  'firmware with Secure Boot refuses the iPXE that we too see no signature in',
  async () => {
    const seen = parseEfiFile(await readFile(IPXE))

    const said = await readConsole(IPXE, /HARDDISK.*(Access Denied|starting)/)

    expect(seen).toEqual({ architecture: 'x64', isApplication: true, isSigned: false })
    expect(said).toMatch(/failed to load Boot\d+ "UEFI QEMU HARDDISK.*Access Denied/)
    expect(said).not.toContain('iPXE initialising')
  },
  TEST_MS,
)

test(
  'the kernel of the installer carries a signature, and inspect says so',
  async () => {
    const { stdout } = await runEdgeboot(['installer', 'inspect', await standInIso(), '--json'])

    expect(JSON.parse(stdout)).toMatchObject({ architecture: 'x86_64', kernelSigned: true })
  },
  TEST_MS,
)
