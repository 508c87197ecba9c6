import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  openServerCertificate,
  readServerCertificate,
} from '../../src/adapters/tls-x509/server-certificate.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 24)

function aDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-certificates-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

function prepare() {
  const directory = join(aDirectory(), 'tls')
  const clock = createFakeClock(NOW)
  return {
    clock,
    directory,
    openFor: (...names: string[]) => openServerCertificate({ directory, names, clock }),
  }
}

test('the certificate is good for the names given and for loopback, and openssl agrees', async () => {
  const { directory, openFor } = prepare()

  const { certificatePem, authorityPath = '' } = await openFor(
    'Edgeboot.example',
    '192.0.2.7',
    '[2001:db8::7]',
  )

  const certificate = new X509Certificate(certificatePem)
  for (const name of ['edgeboot.example', 'localhost']) expect(certificate.checkHost(name)).toBeDefined()
  for (const ip of ['192.0.2.7', '2001:db8::7', '127.0.0.1', '::1'])
    expect(certificate.checkIP(ip)).toBeDefined()
  expect(certificate.checkHost('other.example')).toBeUndefined()
  const at = String(NOW / 1000)
  const arguments_ = [
    'verify',
    '-x509_strict',
    '-purpose',
    'sslserver',
    '-attime',
    at,
    '-CAfile',
    authorityPath,
  ]
  expect(
    execFileSync('openssl', [...arguments_, join(directory, 'server.crt')], { encoding: 'utf8' }),
  ).toMatch(/OK/)
})

test('keys are for their owner alone', async () => {
  const { directory, openFor } = prepare()
  await openFor()

  for (const [file, mode] of [
    ['ca.key', 0o600],
    ['server.key', 0o600],
    ['.', 0o700],
  ] as const) {
    expect(statSync(join(directory, file)).mode & 0o777).toBe(mode)
  }
})

test('it stays the same until it is near its end or lacks a name, and its authority stays', async () => {
  const { clock, openFor } = prepare()
  const first = await openFor('a.example')

  const again = await openFor('a.example')
  const fewer = await openFor()
  const more = await openFor('a.example', 'b.example')
  clock.advance(370 * DAY_MS)
  const renewed = await openFor('b.example')

  expect([first.isNew, again.isNew, fewer.isNew, more.isNew, renewed.isNew]).toEqual([
    true,
    false,
    false,
    true,
    true,
  ])
  expect(again.fingerprint).toBe(first.fingerprint)
  expect(renewed.authorityPem).toBe(first.authorityPem)
  expect(renewed.expiresAt).toBe(clock.now() + 397 * DAY_MS)
})

test('damaged files are made anew', async () => {
  const { directory, openFor } = prepare()
  const first = await openFor()
  writeFileSync(join(directory, 'ca.key'), 'half of a k')

  const repaired = await openFor()

  expect(repaired.isNew).toBe(true)
  expect(repaired.authorityPem).not.toBe(first.authorityPem)
  expect((await openFor()).fingerprint).toBe(repaired.fingerprint)
})

test('what is no name is refused', async () => {
  const { openFor } = prepare()

  await expect(openFor('a b')).rejects.toMatchObject({ code: 'usage.invalid' })
})

test('a directory that cannot be used is named', async () => {
  const directory = join(aDirectory(), 'file')
  writeFileSync(directory, '')

  const opening = openServerCertificate({ directory, names: [], clock: createFakeClock(NOW) })

  await expect(opening).rejects.toMatchObject({ code: 'data-dir.unusable' })
})

test('a given certificate is checked before it is used', async () => {
  const { clock, directory, openFor } = prepare()
  const made = await openFor()
  const certificatePath = join(directory, 'server.crt')
  const keyPath = join(directory, 'server.key')

  const given = await readServerCertificate({ certificatePath, keyPath }, clock)

  expect(given).toMatchObject({ fingerprint: made.fingerprint, keyPem: readFileSync(keyPath, 'utf8') })
  const read = (certificate: string, key: string) =>
    readServerCertificate({ certificatePath: certificate, keyPath: key }, clock)
  await expect(read(certificatePath, join(directory, 'ca.key'))).rejects.toThrow(/does not belong/)
  await expect(read(keyPath, keyPath)).rejects.toThrow(/no PEM file of the right kind/)
  await expect(read('/nowhere', keyPath)).rejects.toThrow(/cannot be read/)
  clock.advance(400 * DAY_MS)
  await expect(read(certificatePath, keyPath)).rejects.toThrow(/has expired/)
  clock.advance(-500 * DAY_MS)
  await expect(read(certificatePath, keyPath)).rejects.toThrow(/not valid before/)
})
