import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { findEfiFirmware, QEMU } from '../../src/adapters/hypervisor-qemu/tools.ts'
import { ipxeDirectories } from '../../src/app/environment.ts'
import { isThere } from '../support/is-there.ts'
import { PROGRAM } from '../support/program.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const run = promisify(execFile)
const MAC = '52:54:00:00:00:01'
/** Namespaces and port 514 are for root. Where tests must not be skipped it fails instead. */
const MAY_SKIP = process.getuid?.() !== 0 && process.env['CI'] === undefined

/** A directory and a network of its own, in which port 514 is free; both are gone after the test. */
async function aNetwork() {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-syslog-ipxe-'))
  const namespace = `edgeboot-syslog-${process.pid}`
  await run('ip', ['netns', 'add', namespace])
  onTestFinished(async () => {
    await run('ip', ['netns', 'del', namespace])
    rmSync(directory, { recursive: true, force: true })
  })
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  const inside = (program: string, args: readonly string[]) => ['netns', 'exec', namespace, program, ...args]
  const asEdgeboot = (args: readonly string[]) => [PROGRAM, '--data-dir', join(directory, 'data'), ...args]
  /** Runs until the test ends. */
  const start = (program: string, ...args: readonly string[]) => {
    // `ip` becomes the program, so that ending the one ends the other.
    const child = spawn('ip', inside(program, args), { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'close')
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await ended
    })
    return child
  }
  return {
    directory,
    start,
    startEdgeboot: (...args: readonly string[]) => start(process.execPath, ...asEdgeboot(args)),
    /** Runs to its end. */
    edgeboot: (...args: readonly string[]) => run('ip', inside(process.execPath, asEdgeboot(args))),
  }
}

function fleetText(iso: string): string {
  return `apiVersion: edgeboot/v1
installers:
  stand-in: { iso: ${iso} }
userData:
  stylus: { managementMode: local }
  install: { poweroff: true, device: /dev/vda }
profiles:
  store: { installer: stand-in }
hosts:
  - { name: edge-1, profile: store, match: { mac: "${MAC}" } }
`
}

/** A drive from which UEFI starts iPXE, which finds the script beside itself. */
function anEfiDrive(directory: string, bootPort: string): string {
  const ipxe = ipxeDirectories(undefined)
    .map((folder) => join(folder, 'ipxe-amd64.efi'))
    .find(isThere)
  if (!ipxe) throw new Error('there is no iPXE 2.0; tools/setup.sh gets it')
  const drive = join(directory, 'drive', 'EFI', 'BOOT')
  mkdirSync(drive, { recursive: true })
  copyFileSync(ipxe, join(drive, 'BOOTX64.EFI'))
  writeFileSync(join(drive, 'autoexec.ipxe'), `#!ipxe\ndhcp\nchain http://10.0.2.2:${bootPort}/boot.ipxe\n`)
  return join(directory, 'drive')
}

test.skipIf(MAY_SKIP)('what a real iPXE shows is the log of its host', { timeout: 300_000 }, async () => {
  const { directory, edgeboot, start, startEdgeboot } = await aNetwork()
  const serving = startEdgeboot(
    ...['serve', '--boot-host', '127.0.0.1', '--boot-port', '0', '--control-port', '0'],
    ...['--syslog-port', '514'],
  )
  let said = ''
  serving.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.includes('control API on')) await once(serving.stderr ?? process.stdin, 'data')
  const bootPort = /boot server on 127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? ''
  writeFileSync(join(directory, 'fleet.yaml'), fleetText(await standInIso()))
  await edgeboot('apply', '-f', join(directory, 'fleet.yaml'))
  await edgeboot('host', 'arm', 'edge-1')
  const firmware = findEfiFirmware()
  const variables = join(directory, 'variables.fd')
  copyFileSync(firmware.variablesPath, variables)

  start(
    QEMU,
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-m', '1024', '-display', 'none'],
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${firmware.codePath}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
    ...['-drive', `file=fat:rw:${anEfiDrive(directory, bootPort)},format=raw,if=virtio`],
    ...['-netdev', 'user,id=n0', '-device', `virtio-net-pci,netdev=n0,mac=${MAC},romfile=`],
  )
  let log = ''
  while (!/palette-initrd\.\.\..*ok\n/.test(log)) log = (await edgeboot('host', 'logs', 'edge-1')).stdout

  const texts = log
    .replaceAll(/^\d{4}-\d\d-\d\dT[\d:.]+Z /gm, '')
    .replaceAll(/\/b\/\w+\//g, '/b/BOOT/')
    // Slow downloads show how far they are.
    .replaceAll(/\.\.\..*ok$/gm, '... ok')
  const base = `http://10.0.2.2:${bootPort}`
  expect(texts.split('\n').slice(0, 5)).toEqual([
    `ipxe edgeboot: asking ${base} what to do with ${MAC}`,
    `ipxe ${base}/ipxe... ok`,
    `ipxe edgeboot: edge-1 boots the installer from ${base}`,
    `ipxe ${base}/b/BOOT/palette-kernel... ok`,
    `ipxe ${base}/b/BOOT/palette-initrd... ok`,
  ])
})
