import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { ALLOWED_METHODS, maskPath, parseEndpoint, splitTarget } from './endpoints.ts'

const BOOT = 'abcdefgh234567ab'
const TOKEN = 'secretsecretsecretsecretsecret22'
const HEX = 'ab'.repeat(32)

test.each([
  ['/boot.ipxe', { kind: 'boot-script' }],
  ['/palette.ipxe', { kind: 'boot-script' }],
  ['/ipxe', { kind: 'host-script' }],
  [`/b/${BOOT}/palette-kernel`, { kind: 'boot-artifact', bootId: BOOT, name: 'palette-kernel' }],
  [`/artifacts/sha256-${HEX}/x.squashfs`, { kind: 'digest-artifact', sha256: HEX, name: 'x.squashfs' }],
  ['/palette.squashfs', { kind: 'classic-artifact', name: 'palette.squashfs' }],
  [`/h/${TOKEN}/config.yaml`, { kind: 'user-data', token: TOKEN }],
  [`/h/${TOKEN}/events`, { kind: 'events', token: TOKEN }],
  ['/config.yaml', { kind: 'classic-user-data' }],
  ['/ca.crt', { kind: 'authority' }],
  ['/snponly.efi', { kind: 'boot-file', name: 'snponly.efi' }],
  ['/n/edge-1/undionly.kpxe', { kind: 'boot-file', name: 'n/edge-1/undionly.kpxe' }],
  [
    '/n/edge-1/x86_64-sb/snponly-shimx64.efi',
    { kind: 'boot-file', name: 'n/edge-1/x86_64-sb/snponly-shimx64.efi' },
  ],
  ['/autoexec.ipxe', { kind: 'boot-file', name: 'autoexec.ipxe' }],
  ['/healthz', { kind: 'health' }],
])('%s is known', (path, endpoint) => {
  expect(parseEndpoint(path)).toEqual(endpoint)
})

test.each([
  '',
  '/',
  '/constructor',
  '/n/../snponly.efi',
  '/n//snponly.efi',
  '/a/b/snponly.efi',
  '/.snponly.efi',
  '/snponly.efi/',
  '/snponly.txt',
  '/__proto__',
  '/BOOT.ipxe',
  '/boot.ipxe/',
  '//boot.ipxe',
  '/./boot.ipxe',
  '/boot%2eipxe',
  `/b/${BOOT}`,
  `/b/${BOOT}/`,
  `/b/${BOOT}/a/b`,
  `/b/${BOOT.toUpperCase()}/palette-kernel`,
  `/artifacts/sha256-${HEX.toUpperCase()}/x`,
  `/artifacts/md5-${HEX}/x`,
  `/h/${TOKEN}/config.yml`,
  `/h/${TOKEN}/`,
  '/h//config.yaml',
])('%j is not', (path) => {
  expect(parseEndpoint(path)).toBeUndefined()
})

test('reading the headers only is not offered where the answer changes the life of the host', () => {
  expect(ALLOWED_METHODS['host-script']).not.toContain('HEAD')
  expect(ALLOWED_METHODS['user-data']).not.toContain('HEAD')
})

test.each([
  ['/ipxe?a=b?c', { path: '/ipxe', query: 'a=b?c' }],
  ['/ipxe', { path: '/ipxe', query: '' }],
  ['http://boot.example:8080/ipxe?a=b', { path: '/ipxe', query: 'a=b' }],
  ['http://boot.example', { path: '/', query: '' }],
  ['*', { path: '*', query: '' }],
])('the target %s is split', (target, parts) => {
  expect(splitTarget(target)).toEqual(parts)
})

test.each([
  `/h/${TOKEN}/config.yaml`,
  `/h/${TOKEN}`,
  `//h//${TOKEN}/events`,
  `/H/${TOKEN.toUpperCase()}/config.yaml`,
  `/config/${TOKEN}`,
  `/b/${TOKEN}/palette-kernel`,
  `/${TOKEN}extra`,
])('%s is logged without the token', (path) => {
  expect(maskPath(path).toLowerCase()).not.toContain(TOKEN)
})

test('paths without secrets are logged as they are', () => {
  for (const path of [
    '/boot.ipxe',
    `/b/${BOOT}/palette.squashfs`,
    `/artifacts/sha256-${HEX}/palette.squashfs`,
  ]) {
    expect(maskPath(path)).toBe(path)
  }
})

test.prop([fc.string()])('any path is either known or not, and no log line grows long', (path) => {
  expect(() => parseEndpoint(path)).not.toThrow()
  expect(maskPath(path).length).toBeLessThanOrEqual(200)
})
