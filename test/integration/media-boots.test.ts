import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createMediaBuilder } from '../../src/adapters/media-xorriso/media-builder.ts'
import { cacheDirectory } from '../../src/app/environment.ts'
import { type MediaNetwork, parseMediaNetwork } from '../../src/domain/media-network.ts'
import { renderBootScript } from '../../src/render/ipxe/boot-script.ts'
import { autoexecFor, netbootAutoexecFor } from '../../src/services/boot-texts.ts'
import { asStick, type Board, inDrive, openScriptServer, startMachine } from '../support/booting-machine.ts'
import { createSilentLog } from '../support/silent-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'edgeboot-media-boots-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const IPXE = join(cacheDirectory(), 'ipxe')
/** The smallest stick there is to buy is far larger than the image. */
const STICK_BYTES = 64 * 1024 * 1024
/** Volume descriptors of ISO 9660, which say that there are El Torito entries. */
const DESCRIPTORS = { at: 16 * 2048, bytes: 16 * 2048 }
/** The server of an image for a VLAN: 192.0.2.10. */
const SERVER = Buffer.from([192, 0, 2, 10])
const IPV4 = 0x0800
const ARP = 0x0806

async function buildImage(base: string, network: MediaNetwork = {}): Promise<string> {
  const signal = AbortSignal.timeout(60_000)
  const builder = createMediaBuilder({
    cacheDirectory: join(directory, 'cache'),
    ipxeDirectories: [IPXE],
    log: createSilentLog(),
  })
  return builder.build(await builder.findIpxe('uefi', signal), autoexecFor(base, network), signal)
}

/** The image as dd leaves it on a stick; `plain` without what makes it a CD as well. */
function write(image: string, { plain = false } = {}): string {
  const stick = join(directory, 'stick.img')
  copyFileSync(image, stick)
  truncateSync(stick, STICK_BYTES)
  if (plain) {
    const file = openSync(stick, 'r+')
    writeSync(file, new Uint8Array(DESCRIPTORS.bytes), 0, DESCRIPTORS.bytes, DESCRIPTORS.at)
    closeSync(file)
  }
  return stick
}

describe('one image', () => {
  test.each<[string, Board, (image: string) => readonly string[]]>([
    ['from a CD drive, BIOS', 'bios', inDrive],
    ['from a CD drive, UEFI', 'uefi', inDrive],
    ['from a CD drive, UEFI arm64', 'arm64', inDrive],
    ['from a stick, BIOS', 'bios', (image) => asStick(write(image))],
    ['from a stick, UEFI', 'uefi', (image) => asStick(write(image))],
    [
      'from a stick by its EFI system partition alone, UEFI',
      'uefi',
      (image) => asStick(write(image, { plain: true })),
    ],
    [
      'from a stick by its EFI system partition alone, UEFI arm64',
      'arm64',
      (image) => asStick(write(image, { plain: true })),
    ],
  ])('boots %s', async (_, board, devices) => {
    await using server = await openScriptServer()
    await using machine = startMachine(board, { devices: devices(await buildImage(server.base)) })

    await machine.until(server.request('/boot.ipxe'))

    expect(server.asked).toEqual(['/boot.ipxe'])
  })
})

describe('an image for one host', () => {
  test('gives the card its address without DHCP and tells the server what it was made for', async () => {
    await using server = await openScriptServer((base) => ({
      '/boot.ipxe': renderBootScript({ base }).replace(
        '\n',
        `\nimgfetch ${base}/card?ip=\${net0/ip}&netmask=\${net0/netmask}&dhcp=\${net0/dhcp-server} ||\n`,
      ),
    }))
    const texts = { address: '10.0.2.77/24', gateway: '10.0.2.2', dns: ['10.0.2.3', '10.0.2.4'] }
    const image = await buildImage(server.base, parseMediaNetwork(texts, '10.0.2.2'))
    await using machine = startMachine('bios', { devices: inDrive(image) })

    const question = (await machine.until(server.request('/ipxe'))).searchParams

    expect((await server.request('/card')).search).toBe('?ip=10.0.2.77&netmask=255.255.255.0&dhcp=')
    expect(question.get('address')).toBe('10.0.2.77/24')
    expect(question.get('gateway')).toBe('10.0.2.2')
    expect(question.get('dns')).toBe('10.0.2.3,10.0.2.4')
    expect(question.get('vlan')).toBe('')
  })

  test.each<Board>(['bios', 'uefi'])('speaks in its VLAN only (%s)', async (board) => {
    const wire = createSocket('udp4').bind(0, '127.0.0.1')
    await once(wire, 'listening')
    const frames: Buffer[] = []
    const looking = Promise.withResolvers<Buffer>()
    wire.on('message', (frame) => {
      frames.push(frame)
      // IEEE 802.1Q: 0x8100, tag; then an ARP request (RFC 826) for the server's address.
      const isRequest = frame.subarray(12, 26).equals(Buffer.from('8100002a08060001080006040001', 'hex'))
      if (isRequest && frame.subarray(42, 46).equals(SERVER)) looking.resolve(frame)
    })
    const texts = { address: '192.0.2.20/24', vlan: '42', mac: '52:54:00:12:34:56' }
    const image = await buildImage('http://192.0.2.10:8080', parseMediaNetwork(texts, '192.0.2.10'))
    await using machine = startMachine(board, {
      devices: inDrive(image),
      network: `socket,udp=127.0.0.1:${wire.address().port},localaddr=127.0.0.1:0`,
    })

    const frame = await machine.until(looking.promise)

    expect([...frame.subarray(32, 36)]).toEqual([192, 0, 2, 20])
    const untagged = frames.filter((one) => [IPV4, ARP].includes(one.readUInt16BE(12)))
    expect(untagged).toEqual([])
    wire.close()
  })
})

test('iPXE that came over the network goes on with the script beside it, by the card it came by', async () => {
  await using server = await openScriptServer()
  const served = join(directory, 'tftp')
  mkdirSync(served)
  copyFileSync(join(IPXE, 'ipxe-amd64.efi'), join(served, 'ipxe.efi'))
  writeFileSync(join(served, 'autoexec.ipxe'), netbootAutoexecFor(server.base))
  await using machine = startMachine('uefi', {
    devices: [],
    network: `user,tftp=${served},bootfile=ipxe.efi`,
  })

  await machine.until(server.request('/boot.ipxe'))

  expect(server.asked).toEqual(['/boot.ipxe'])
})
