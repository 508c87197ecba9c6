import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  openServerCertificate,
  type ServerCertificate,
} from '../../src/adapters/tls-x509/server-certificate.ts'
import type { RandomAccess } from '../../src/ports/blob-source.ts'
import { openBootServer } from '../../src/servers/http-boot/boot-server.ts'
import { A_BOOT_ID, createFakeBootDesk } from '../support/fake-boot-desk.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createSilentLog } from '../support/silent-log.ts'
import { standInIso } from '../support/stand-in-iso.ts'

/** Under which a guest of QEMU's user network sees this machine. */
const HOST = '10.0.2.2'
const TEST_MS = 300_000
const LIST_OF_AUTHORITIES = 'etc/ssl/certs/ca-certificates.crt'

let directory: string
let tls: ServerCertificate
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'edgeboot-dracut-'))
  tls = await openServerCertificate({
    ...{ directory: join(directory, 'tls'), names: [HOST] },
    clock: createFakeClock(Date.now()),
  })
  const iso = await standInIso()
  for (const name of ['kernel', 'initrd']) {
    const out = join(directory, name)
    const command = ['-osirrox', 'on', '-indev', iso, '-extract', `/boot/${name}`, out]
    execFileSync('xorriso', command, { stdio: 'pipe' })
    chmodSync(out, 0o600)
  }
  return () => rmSync(directory, { recursive: true, force: true })
}, TEST_MS)

/** One file as an archive that the kernel unpacks over the initrd before it (Linux, "initramfs buffer format", newc). */
function anArchive(path: string, content: string): Buffer {
  const folders = path.split('/').slice(0, -1)
  const entries = [
    ...folders.map((_, at) => [folders.slice(0, at + 1).join('/'), 0o40755, ''] as const),
    [path, 0o100644, content] as const,
    ['TRAILER!!!', 0, ''] as const,
  ]
  const padded = (text: string) => Buffer.from(text + '\0'.repeat((4 - (text.length % 4)) % 4), 'latin1')
  return Buffer.concat(
    entries.flatMap(([name, mode, text], at) => {
      const fields = [at + 1, mode, 0, 0, 1, 0, text.length, 0, 0, 0, 0, name.length + 1, 0]
      const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
      return [padded(`${head}${name}\0`), padded(text)]
    }),
  )
}

/** Boots the installer's kernel until its initrd fetched the root file system over HTTPS, or was refused. */
async function fetchRootOverHttps(initrd: string, argument = ''): Promise<'fetched' | 'refused'> {
  const refused = Promise.withResolvers<'refused'>()
  const silent = createSilentLog()
  const log = {
    ...silent,
    info: (_fields: object, message: string) => {
      if (message.includes('TLS handshake')) refused.resolve('refused')
    },
  }
  const content = new Uint8Array(4096)
  const blob: RandomAccess = {
    identity: { path: '/iso', sizeBytes: content.length, modifiedNs: '1', inode: '1:2' },
    read: async (offset, length) => content.slice(offset, offset + length),
    verify: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const desk = createFakeBootDesk({ blob })
  await using server = await openBootServer({ desk, log, host: '127.0.0.1', port: 0, tls })
  const root = `root=live:https://${HOST}:${server.port}/b/${A_BOOT_ID}/palette.squashfs`
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg,thread=multi', '-machine', 'q35', '-cpu', 'max', '-m', '1024', '-display', 'none'],
      ...['-netdev', 'user,id=n0', '-device', 'virtio-net-pci,netdev=n0,romfile='],
      ...['-kernel', join(directory, 'kernel'), '-initrd', initrd],
      ...['-append', `ip=dhcp rd.neednet=1 ${root} ${argument}`],
    ],
    { stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  const outcome = await Promise.race([
    refused.promise,
    desk.whenEnded(1).then(() => 'fetched' as const),
    ended.then(() => Promise.reject(new Error('the machine ended before it asked for anything'))),
  ])
  child.kill('SIGKILL')
  await ended
  return outcome
}

describe("the curl of the installer's initrd, with a certificate of our own authority", () => {
  test(
    'refuses it as the initrd comes',
    async () => {
      expect(await fetchRootOverHttps(join(directory, 'initrd'))).toBe('refused')
    },
    TEST_MS,
  )

  test(
    'takes it with rd.noverifyssl',
    async () => {
      expect(await fetchRootOverHttps(join(directory, 'initrd'), 'rd.noverifyssl')).toBe('fetched')
    },
    TEST_MS,
  )

  test(
    'takes it when a second archive brings the authority along',
    async () => {
      const both = join(directory, 'initrd-and-authority')
      const first = readFileSync(join(directory, 'initrd'))
      const gap = Buffer.alloc((4 - (first.length % 4)) % 4)
      writeFileSync(both, Buffer.concat([first, gap, anArchive(LIST_OF_AUTHORITIES, tls.authorityPem ?? '')]))

      expect(await fetchRootOverHttps(both)).toBe('fetched')
    },
    TEST_MS,
  )
})
